/*
 * The adapter between your allocator and buddycheck. What stands between the two lines is a placeholder that serves
 * pages one after the other and never takes one back: replace it by your own, for instance by including page_alloc.c.
 * What your allocator includes of its kernel goes into small headers of your own beside this file.
 */
#define BUDDYCHECK_TARGET
#define BUDDYCHECK_LISTS
#include "buddycheck.h"

/* ------------------------------------------------------------------ your allocator, instead of this */

static unsigned long next_page, last_page;

static void my_init(unsigned long start, unsigned long end)
{
	next_page = start;
	last_page = end;
}

/* ------------------------------------------------------------------ and what buddycheck asks of it */

/* A fresh pool, on whatever the last one left behind. */
int buddycheck_open(const struct buddycheck_pool *pool)
{
	/* With reserved pages: buddycheck_each_run(pool, f) calls f(start, end) for each run of pages to manage. */
	if (pool->reserved_count > 0)
		return -1;
	my_init(pool->base_pfn, pool->base_pfn + pool->pages);
	/* All that your allocator remembers: its structures, its page array. */
	buddycheck_state(&next_page, sizeof next_page);
	buddycheck_state(&last_page, sizeof last_page);
	return 0;
}

buddycheck_pfn buddycheck_alloc(unsigned order)
{
	unsigned long head = next_page;

	if (order > 20 || head + (1ul << order) > last_page)
		return BUDDYCHECK_REFUSED;
	next_page += 1ul << order;
	return head;
}

int buddycheck_free(buddycheck_pfn pfn, unsigned order)
{
	(void)pfn;
	(void)order;
	/* Or BUDDYCHECK_ACCEPTED and BUDDYCHECK_REJECTED, where your free says which. */
	return BUDDYCHECK_UNKNOWN;
}

/* Walks the free lists. Without it (and without BUDDYCHECK_LISTS above) the answers alone are judged. */
void buddycheck_lists(void)
{
	unsigned long page;

	for (page = next_page; page < last_page; page++)
		buddycheck_listed(0, page);
}
