/*
 * A small buddy allocator as a kernel has it; page_alloc.h tells what it promises.
 *
 * Built with -DMUTANT=n it has the n-th bug. What each of them does wrong stands in mutants.txt.
 */
#include "page_alloc.h"

#ifndef MUTANT
#define MUTANT 0
#endif

#define NONE 0xffffffffu

struct page pages[PAGES_MAX];
struct buddy_pool pool;

/* ------------------------------------------------------------------ lists */

static void list_add(unsigned int index, unsigned int order)
{
	struct free_list *list = &pool.lists[order];

	pages[index].state = PAGE_FREE;
	pages[index].order = (unsigned char)order;
	pages[index].prev = NONE;
	pages[index].next = list->first;
	if (list->first != NONE)
		pages[list->first].prev = index;
	list->first = index;
	list->count++;
}

static void list_del(unsigned int index, unsigned int order)
{
	struct free_list *list = &pool.lists[order];
	unsigned int next = pages[index].next, prev = pages[index].prev;

	if (prev == NONE || MUTANT == 9)
		list->first = next;
	else
		pages[prev].next = next;
	if (next != NONE && MUTANT != 10)
		pages[next].prev = prev;
	pages[index].state = PAGE_BODY;
	pages[index].order = 0;
	pages[index].next = pages[index].prev = NONE;
	list->count--;
}

/* ------------------------------------------------------------------ geometry */

static unsigned long buddy_of(unsigned long pfn, unsigned int order)
{
	if (MUTANT == 2)
		return pfn + (1ul << order);
	return pfn ^ (1ul << order);
}

static int in_pool(unsigned long pfn)
{
	return pfn >= pool.base_pfn && pfn - pool.base_pfn < pool.page_count;
}

static unsigned int index_of(unsigned long pfn)
{
	return (unsigned int)(pfn - pool.base_pfn);
}

/* Is the buddy the head of a free block of this order? */
static int is_free_buddy(unsigned long pfn, unsigned int order)
{
	if (MUTANT != 13 && !in_pool(pfn))
		return 0;
	if (MUTANT == 13 && index_of(pfn) == pool.page_count)
		return 1;
	if (MUTANT == 14 && pages[index_of(pfn)].state == PAGE_RESERVED)
		return 1;
	if (pages[index_of(pfn)].state != PAGE_FREE)
		return 0;
	return pages[index_of(pfn)].order == order || MUTANT == 3;
}

/* ------------------------------------------------------------------ giving back */

static void give_back(unsigned long pfn, unsigned int order)
{
	unsigned int max_order = pool.max_order, grown = 0;

	while (order < max_order && MUTANT != 1) {
		unsigned long buddy = buddy_of(pfn, order);

		if (!is_free_buddy(buddy, order) || (MUTANT == 11 && grown == 1))
			break;
		if (in_pool(buddy) && pages[index_of(buddy)].state == PAGE_FREE)
			list_del(index_of(buddy), pages[index_of(buddy)].order);
		if (buddy < pfn)
			pfn = buddy;
		order++;
		grown++;
	}
	if (MUTANT == 4 && order == max_order && is_free_buddy(buddy_of(pfn, order), order)) {
		/* There is no list above the largest order: both are lost. */
		list_del(index_of(buddy_of(pfn, order)), order);
		return;
	}
	list_add(index_of(pfn), order);
	if (MUTANT == 7 && order == 1)
		list_add(index_of(pfn), order);
}

void pool_add(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn;

	for (pfn = start_pfn; pfn < end_pfn; pfn++)
		pages[index_of(pfn)].state = PAGE_BODY;
	for (pfn = start_pfn; pfn < end_pfn; pfn++)
		give_back(pfn, 0);
}

int pool_init(unsigned long base_pfn, unsigned long page_count, unsigned int max_order)
{
	unsigned long index;
	unsigned int order;

	if (page_count > PAGES_MAX || max_order >= ORDERS_MAX)
		return -1;
	pool.base_pfn = base_pfn;
	pool.page_count = page_count;
	pool.max_order = max_order;
	for (order = 0; order <= max_order; order++) {
		pool.lists[order].first = NONE;
		pool.lists[order].count = 0;
	}
	for (index = 0; index < page_count; index++) {
		pages[index].state = PAGE_RESERVED;
		pages[index].order = 0;
		pages[index].next = pages[index].prev = NONE;
	}
	return 0;
}

/* ------------------------------------------------------------------ serving */

/* Halves the block down to the order asked for, and lists the high halves. */
static void split(unsigned int index, unsigned int from, unsigned int to)
{
	while (from > to) {
		from--;
		if (MUTANT == 5 && from == to)
			break;
		list_add(index + (1u << from), from);
	}
}

/* The smallest list that has a block of this order or a larger one, or NONE. */
static unsigned int find_list(unsigned int order)
{
	unsigned int from;

	for (from = order; from <= pool.max_order; from++)
		if (pool.lists[from].first != NONE)
			return from;
	return NONE;
}

unsigned long alloc_block(unsigned int order)
{
	unsigned int from, index;

	if (order > pool.max_order || (MUTANT == 15 && order == pool.max_order))
		return NO_PAGE;
	from = find_list(order);
	if (from == NONE || (MUTANT == 16 && from > order + 2))
		return NO_PAGE;
	index = pool.lists[from].first;
	if (MUTANT == 8 && from > order && pool.lists[order].count == 0 && order == 0 && from == 1) {
		/* Splits, then finds that it has no room for its books: the low half is lost. */
		list_del(index, from);
		split(index, from, order);
		return NO_PAGE;
	}
	if (MUTANT == 6 && from == order && pages[index].next != NONE)
		index = pages[index].next;
	else
		list_del(index, from);
	split(index, from, order);
	pages[index].state = PAGE_LIVE;
	if (MUTANT != 12 || from == order)
		pages[index].order = (unsigned char)order;
	if (MUTANT == 17 && index == 0)
		return NO_PAGE;
	return pool.base_pfn + index;
}

unsigned long alloc_count(unsigned long count)
{
	unsigned int order = 0;

	if (count == 0 || count > PAGES_MAX)
		return NO_PAGE;
	while ((1ul << order) < count)
		order++;
	if (MUTANT == 18 && order > 0 && (1ul << order) != count)
		order--;
	if (MUTANT == 19 && order > pool.max_order)
		order = pool.max_order;
	return alloc_block(order);
}

int free_block(unsigned long pfn, unsigned int order)
{
	struct page *page;

	if (!in_pool(pfn))
		return -1;
	page = &pages[index_of(pfn)];
	while (MUTANT == 20 && page->state == PAGE_BODY && page > pages) {
		page--;
		pfn--;
		order = page->order;
	}
	if (MUTANT == 21 && page->state == PAGE_FREE && page->order == order)
		return 0;
	if (page->state != PAGE_LIVE)
		return -1;
	if (page->order != order && MUTANT != 22)
		return -1;
	page->state = PAGE_BODY;
	page->order = 0;
	if (MUTANT == 23 && order == pool.max_order)
		for (;;)
			page->next = pages[page->prev & 1].prev;
	if (MUTANT == 24 && order > 0 && order == pool.max_order - 1)
		((struct page *)(unsigned long)0xfffffff0u)->state = PAGE_BODY;
	give_back(pfn, order);
	return 0;
}
