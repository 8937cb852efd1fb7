/*
 * Recording an allocator in a process: its calls go to a file, and so does the call it dies in.
 *
 *   ./process trace.jsonl            a short run
 *   ./process trace.jsonl overrun    a client writes over its lists, and the allocator dies of it
 */
#define BUDDYCHECK_RECORDER
#include "buddycheck.h"
#include "../c-wasm/page_alloc.h"

#include <string.h>

static unsigned long recorded_alloc(unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_alloc(order);
	unsigned long pfn = alloc_block(order);

	buddycheck_record_served(event, pfn == NO_PAGE ? BUDDYCHECK_REFUSED : pfn);
	return pfn;
}

static void recorded_free(unsigned long pfn, unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_free_order(pfn, order);

	buddycheck_record_freed(event, free_block(pfn, order) == 0 ? BUDDYCHECK_ACCEPTED : BUDDYCHECK_REJECTED);
}

static void emit_lists(void)
{
	unsigned order, index;

	for (order = 0; order <= pool.max_order; order++)
		for (index = pool.lists[order].first; index != ~0u; index = pages[index].next)
			if (!buddycheck_listed(order, pool.base_pfn + index))
				return;
}

int main(int count, char **words)
{
	struct buddycheck_pool told = {16, 4, 0, 0, 0, {{0, 0}}, {{0, 0}}};
	unsigned long held[3];
	unsigned round, i;

	pool_init(told.base_pfn, told.pages, told.max_order);
	buddycheck_each_run(&told, pool_add);
	buddycheck_record_pool(&told, "page_alloc", 4096);
	if (count < 2 || buddycheck_record_to(words[1]) != 0)
		return 2;
	for (round = 0; round < 5000; round++) {
		if (round == 4000 && count > 2 && strcmp(words[2], "overrun") == 0) {
			buddycheck_record_note("a client writes over the lists");
			for (i = 0; i <= pool.max_order; i++)
				pool.lists[i].first = 0x7fffffff;
		}
		for (i = 0; i < 3; i++)
			held[i] = recorded_alloc((round + i) % 3);
		if (round % 100 == 0)
			buddycheck_record_lists(emit_lists);
		for (i = 0; i < 3; i++)
			if (held[i] != NO_PAGE)
				recorded_free(held[i], (round + i) % 3);
	}
	return 0;
}
