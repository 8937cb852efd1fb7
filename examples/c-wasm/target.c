/*
 * The adapter between page_alloc.c and buddycheck: everything that has to be written for an allocator of one's own.
 */
#define BUDDYCHECK_TARGET
#define BUDDYCHECK_ALLOC_PAGES
#define BUDDYCHECK_LISTS
#define BUDDYCHECK_COUNTS
#include "buddycheck.h"
#include "page_alloc.h"

int buddycheck_open(const struct buddycheck_pool *told)
{
	if (pool_init(told->base_pfn, told->pages, told->max_order) != 0)
		return -1;
	buddycheck_each_run(told, pool_add);
	buddycheck_state(&pool, sizeof pool);
	buddycheck_state(pages, told->pages * sizeof pages[0]);
	return 0;
}

buddycheck_pfn buddycheck_alloc(unsigned order)
{
	return alloc_block(order);
}

buddycheck_pfn buddycheck_alloc_pages(unsigned long count)
{
	return alloc_count(count);
}

int buddycheck_free(buddycheck_pfn pfn, unsigned order)
{
	return free_block(pfn, order) == 0 ? BUDDYCHECK_ACCEPTED : BUDDYCHECK_REJECTED;
}

void buddycheck_lists(void)
{
	unsigned order, index;

	for (order = 0; order <= pool.max_order; order++)
		for (index = pool.lists[order].first; index != ~0u; index = pages[index].next)
			buddycheck_listed(order, pool.base_pfn + index);
}

void buddycheck_counts(void)
{
	unsigned order;

	for (order = 0; order <= pool.max_order; order++)
		buddycheck_counted(order, pool.lists[order].count);
}
