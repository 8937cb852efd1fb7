/*
 * The adapter: as ../c-wasm/target.c, and besides it a CPU for each call. Calls take turns between the CPUs, so that a
 * run follows from its calls alone; whose turn it is is state, too.
 */
#define BUDDYCHECK_TARGET
#define BUDDYCHECK_LISTS
#include "buddycheck.h"
#include "../c-wasm/page_alloc.h"
#include "pcp.h"

static unsigned turn;

static unsigned next_cpu(void)
{
	turn = (turn + 1) % CPUS;
	return turn;
}

int buddycheck_open(const struct buddycheck_pool *told)
{
	if (pool_init(told->base_pfn, told->pages, told->max_order) != 0)
		return -1;
	buddycheck_each_run(told, pool_add);
	pcp_init();
	turn = 0;
	buddycheck_state(&pool, sizeof pool);
	buddycheck_state(pages, told->pages * sizeof pages[0]);
	buddycheck_state(cpu_lists, sizeof cpu_lists);
	buddycheck_state(is_cached, told->pages);
	buddycheck_state(&turn, sizeof turn);
	return 0;
}

buddycheck_pfn buddycheck_alloc(unsigned order)
{
	return pcp_alloc(next_cpu(), order);
}

int buddycheck_free(buddycheck_pfn pfn, unsigned order)
{
	return pcp_free(next_cpu(), pfn, order) == 0 ? BUDDYCHECK_ACCEPTED : BUDDYCHECK_REJECTED;
}

void buddycheck_lists(void)
{
	unsigned order, index, cpu, i;

	for (order = 0; order <= pool.max_order; order++)
		for (index = pool.lists[order].first; index != ~0u; index = pages[index].next)
			buddycheck_listed(order, pool.base_pfn + index);
	for (cpu = 0; cpu < CPUS; cpu++)
		for (i = 0; i < cpu_lists[cpu].count; i++)
			buddycheck_cached(cpu_lists[cpu].pfns[i]);
}
