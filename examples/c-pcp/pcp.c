/*
 * Per-CPU page lists in front of page_alloc.c, as Linux has them: single pages come from the list of the CPU that
 * asks, which is filled and drained some pages at a time. Built with -DPCP_MUTANT=n it has the n-th bug of mutants.txt.
 */
#include "pcp.h"
#include "../c-wasm/page_alloc.h"

#ifndef PCP_MUTANT
#define PCP_MUTANT 0
#endif

struct cpu_list cpu_lists[CPUS];

/* Is a page on some CPU's list? To page_alloc.c it is a live block of order 0. */
unsigned char is_cached[PAGES_MAX];

/* The last page of a list that is not empty. */
static unsigned long pop(struct cpu_list *list)
{
	unsigned long pfn = list->pfns[--list->count];

	list->pfns[list->count] = 0;
	return pfn;
}

static void drain(struct cpu_list *list, unsigned count)
{
	while (count-- > 0 && list->count > 0) {
		unsigned long pfn = pop(list);

		is_cached[pfn - pool.base_pfn] = 0;
		if (PCP_MUTANT == 3 && list->count == LIST_MAX - 1)
			continue;
		free_block(pfn, 0);
	}
}

static void push(struct cpu_list *list, unsigned long pfn)
{
	list->pfns[list->count++] = pfn;
	is_cached[pfn - pool.base_pfn] = 1;
}

static void refill(struct cpu_list *list)
{
	while (list->count < BATCH) {
		unsigned long pfn = alloc_block(0);

		if (pfn == NO_PAGE)
			break;
		push(list, pfn);
	}
}

void pcp_init(void)
{
	unsigned long index;
	unsigned cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		while (cpu_lists[cpu].count > 0)
			pop(&cpu_lists[cpu]);
	for (index = 0; index < pool.page_count; index++)
		is_cached[index] = 0;
}

/* What another CPU holds may be the last page there is. */
static unsigned long steal(unsigned cpu)
{
	unsigned other;

	for (other = 0; other < CPUS; other++) {
		struct cpu_list *list = &cpu_lists[other];

		if (other == cpu || list->count == 0)
			continue;
		return PCP_MUTANT == 1 ? list->pfns[list->count - 1] : pop(list);
	}
	return NO_PAGE;
}

static unsigned long alloc_page(unsigned cpu)
{
	struct cpu_list *list = &cpu_lists[cpu];
	unsigned long pfn;

	if (list->count == 0)
		refill(list);
	pfn = list->count > 0 ? pop(list) : steal(cpu);
	if (pfn != NO_PAGE && PCP_MUTANT != 4)
		is_cached[pfn - pool.base_pfn] = 0;
	return pfn;
}

/* A larger block may be refused while its pages are on lists. */
unsigned long pcp_alloc(unsigned cpu, unsigned order)
{
	return order == 0 ? alloc_page(cpu) : alloc_block(order);
}

int pcp_free(unsigned cpu, unsigned long pfn, unsigned order)
{
	unsigned long index = pfn - pool.base_pfn;
	struct cpu_list *list = &cpu_lists[cpu];

	if (index < pool.page_count && is_cached[index] && PCP_MUTANT != 2)
		return -1;
	if (order > 0)
		return free_block(pfn, order);
	if (index >= pool.page_count || pages[index].state != PAGE_LIVE || pages[index].order != 0)
		return -1;
	if (list->count == LIST_MAX)
		drain(list, BATCH);
	push(list, pfn);
	return 0;
}
