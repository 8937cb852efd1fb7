/*
 * A small buddy allocator as a kernel has it: an array of page structures, a free list for each order.
 *
 * Nothing in here knows of buddycheck: it stands for your page_alloc.c.
 */
#ifndef PAGE_ALLOC_H
#define PAGE_ALLOC_H

#define PAGES_MAX 65536ul
#define ORDERS_MAX 17u
#define NO_PAGE (~0ul)

enum page_state { PAGE_RESERVED, PAGE_BODY, PAGE_FREE, PAGE_LIVE };

/* Only the head of a block has an order and, while it is free, links: indices into `pages`. */
struct page {
	unsigned int next, prev;
	unsigned char state, order;
};

struct free_list {
	unsigned int first, count;
};

struct buddy_pool {
	unsigned long base_pfn, page_count;
	unsigned int max_order;
	struct free_list lists[ORDERS_MAX];
};

extern struct page pages[PAGES_MAX];
extern struct buddy_pool pool;

/* An empty pool: all its pages are reserved until `pool_add` makes them free. 0, or -1 if it is too large. */
int pool_init(unsigned long base_pfn, unsigned long page_count, unsigned int max_order);
void pool_add(unsigned long start_pfn, unsigned long end_pfn);

/* The first page of the block that is served, or NO_PAGE. A count is rounded up to a power of two. */
unsigned long alloc_block(unsigned int order);
unsigned long alloc_count(unsigned long count);

/* 0, or -1 if this is no live block of that order; then nothing has changed. */
int free_block(unsigned long pfn, unsigned int order);

#endif
