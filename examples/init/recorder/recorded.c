/*
 * Your allocator, recorded: `hooked_alloc` and `hooked_free` are what your own entry points become. What stands between
 * the lines is a placeholder that serves pages one after the other; replace it.
 *
 * In a kernel, define BUDDYCHECK_FREESTANDING and call buddycheck_record_drain(put) with a function that writes to the
 * serial port, from the idle loop or after each test. buddycheck.h tells the rest.
 */
#define BUDDYCHECK_RECORDER
#include "buddycheck.h"

/* ------------------------------------------------------------------ your allocator, instead of this */

static unsigned long next_page, last_page = 64;

static unsigned long my_alloc(unsigned order)
{
	unsigned long head = next_page;

	if (head + (1ul << order) > last_page)
		return BUDDYCHECK_REFUSED;
	next_page += 1ul << order;
	return head;
}

static void my_free(unsigned long pfn, unsigned order)
{
	(void)pfn;
	(void)order;
}

/* ------------------------------------------------------------------ its calls, with a word before and after each */

static unsigned long hooked_alloc(unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_alloc(order);
	unsigned long pfn = my_alloc(order);

	buddycheck_record_served(event, pfn);
	return pfn;
}

static void hooked_free(unsigned long pfn, unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_free_order(pfn, order);

	my_free(pfn, order);
	buddycheck_record_freed(event, BUDDYCHECK_UNKNOWN);
}

int main(int count, char **words)
{
	struct buddycheck_pool pool = {64, 4, 0, 0, 0, {{0, 0}}, {{0, 0}}};
	unsigned round;

	buddycheck_record_pool(&pool, "mine", 4096);
	if (buddycheck_record_to(count > 1 ? words[1] : "trace.jsonl") != 0)
		return 2;
	for (round = 0; round < 100; round++) {
		unsigned long pfn = hooked_alloc(round % 3);

		if (pfn != BUDDYCHECK_REFUSED)
			hooked_free(pfn, round % 3);
	}
	return 0;
}
