/*
 * buddycheck.h: puts an allocator of yours under buddycheck, as a target to be driven or as a recorder.
 *
 * Say which before you include it, in one source file:
 *
 *   #define BUDDYCHECK_TARGET      buddycheck calls your allocator. For wasm32 the functions below are exported;
 *                                  elsewhere there is a `main` that speaks the line protocol of docs/targets.md.
 *   #define BUDDYCHECK_RECORDER    your allocator runs as it always does and tells of its calls
 *                                  (buddycheck-record.h, which this file includes).
 *
 * A target defines three functions, and more if it says so:
 *
 *   int buddycheck_open(const struct buddycheck_pool *pool);            0: opened
 *   buddycheck_pfn buddycheck_alloc(unsigned order);                    the first page served, or BUDDYCHECK_REFUSED
 *   int buddycheck_free(buddycheck_pfn pfn, unsigned order);            an answer, see below
 *
 *   #define BUDDYCHECK_ALLOC_PAGES   buddycheck_pfn buddycheck_alloc_pages(unsigned long pages);
 *   #define BUDDYCHECK_FREE_PAGES    int buddycheck_free_pages(buddycheck_pfn pfn, unsigned long pages);
 *   #define BUDDYCHECK_RESIZE        int buddycheck_add(buddycheck_pfn pfn, unsigned long pages);
 *                                    int buddycheck_remove(buddycheck_pfn pfn, unsigned long pages);
 *   #define BUDDYCHECK_LISTS         void buddycheck_lists(void), which calls buddycheck_listed and _cached
 *   #define BUDDYCHECK_COUNTS        void buddycheck_counts(void), which calls buddycheck_counted
 *   #define BUDDYCHECK_ZONES         requests have one more argument, unsigned zone
 *   #define BUDDYCHECK_NO_ORDERS     there is no buddycheck_alloc and no buddycheck_free
 *   #define BUDDYCHECK_NO_SIZE       buddycheck_free has no order: the allocator remembers it
 *
 * 1. Page numbers are absolute: a pool is the pages from base_pfn to base_pfn + pages. Ranges leave their end out.
 * 2. `buddycheck_open` is called for every new pool, on whatever the last one left behind, and begins anew.
 * 3. For wasm nothing else is needed, no libc either. A process needs the C library's stdio, signal and setjmp.
 *
 * C11 or C++11. MIT licence; this file may be copied into your tree as it is.
 */
#ifndef BUDDYCHECK_H
#define BUDDYCHECK_H

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned long buddycheck_pfn;

/* What a request answers that is refused, and the zone of a request that names none. */
#define BUDDYCHECK_REFUSED (~(buddycheck_pfn)0)
#define BUDDYCHECK_ANY_ZONE (~0u)

/* What a free answers. UNKNOWN: the interface does not say, as a `void free` does not. */
#define BUDDYCHECK_UNKNOWN (-1)
#define BUDDYCHECK_REJECTED 0
#define BUDDYCHECK_ACCEPTED 1

#ifndef BUDDYCHECK_RANGES_MAX
#define BUDDYCHECK_RANGES_MAX 32
#endif

struct buddycheck_range {
	buddycheck_pfn start, end;
};

/* The pool to open. Zones are in the order of their pages; a zone's number is its place there. */
struct buddycheck_pool {
	unsigned long pages;
	unsigned max_order;
	buddycheck_pfn base_pfn;
	unsigned reserved_count, zone_count;
	struct buddycheck_range reserved[BUDDYCHECK_RANGES_MAX];
	struct buddycheck_range zones[BUDDYCHECK_RANGES_MAX];
};

#ifdef __GNUC__
#define BUDDYCHECK_MAYBE_UNUSED __attribute__((unused))
#else
#define BUDDYCHECK_MAYBE_UNUSED
#endif

/*
 * Calls `visit(start, end)` for each run of pages that the pool manages: those that are not reserved.
 * Reserved ranges come sorted and apart.
 */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_each_run(const struct buddycheck_pool *pool,
							void (*visit)(buddycheck_pfn start, buddycheck_pfn end))
{
	buddycheck_pfn start = pool->base_pfn;
	unsigned i;

	for (i = 0; i < pool->reserved_count; i++) {
		if (pool->reserved[i].start > start)
			visit(start, pool->reserved[i].start);
		start = pool->reserved[i].end;
	}
	if (start < pool->base_pfn + pool->pages)
		visit(start, pool->base_pfn + pool->pages);
}

#ifdef BUDDYCHECK_TARGET

#if defined(__wasm__) && !defined(__wasi__) && !defined(__EMSCRIPTEN__)
#define BUDDYCHECK_WASM
#define BUDDYCHECK_EXPORT(name) __attribute__((export_name(#name), used)) name
#define BUDDYCHECK_IMPORT(name) __attribute__((import_module("buddycheck"), import_name(#name))) name
#else
#define BUDDYCHECK_EXPORT(name) name
#define BUDDYCHECK_IMPORT(name) name
#endif

#ifdef BUDDYCHECK_ZONES
#define BUDDYCHECK_ASKED(asked) asked, unsigned zone
#else
#define BUDDYCHECK_ASKED(asked) asked
#endif

/* ------------------------------------------------------------------ what the target defines */

int buddycheck_open(const struct buddycheck_pool *pool);
#ifndef BUDDYCHECK_NO_ORDERS
buddycheck_pfn BUDDYCHECK_EXPORT(buddycheck_alloc)(BUDDYCHECK_ASKED(unsigned order));
#ifdef BUDDYCHECK_NO_SIZE
int BUDDYCHECK_EXPORT(buddycheck_free)(buddycheck_pfn pfn);
#else
int BUDDYCHECK_EXPORT(buddycheck_free)(buddycheck_pfn pfn, unsigned order);
#endif
#endif
#ifdef BUDDYCHECK_ALLOC_PAGES
buddycheck_pfn BUDDYCHECK_EXPORT(buddycheck_alloc_pages)(BUDDYCHECK_ASKED(unsigned long pages));
#endif
#ifdef BUDDYCHECK_FREE_PAGES
int BUDDYCHECK_EXPORT(buddycheck_free_pages)(buddycheck_pfn pfn, unsigned long pages);
#endif
#ifdef BUDDYCHECK_RESIZE
int BUDDYCHECK_EXPORT(buddycheck_add)(buddycheck_pfn pfn, unsigned long pages);
int BUDDYCHECK_EXPORT(buddycheck_remove)(buddycheck_pfn pfn, unsigned long pages);
#endif
#ifdef BUDDYCHECK_LISTS
void BUDDYCHECK_EXPORT(buddycheck_lists)(void);
#endif
#ifdef BUDDYCHECK_COUNTS
void BUDDYCHECK_EXPORT(buddycheck_counts)(void);
#endif

/* ------------------------------------------------------------------ what it may call */

/* From buddycheck_lists, in list order. It does not return where a list goes on for ever. */
void BUDDYCHECK_IMPORT(buddycheck_listed)(unsigned order, buddycheck_pfn pfn);
/* From buddycheck_lists: a free page that is held back, on no list and not to be coalesced. */
void BUDDYCHECK_IMPORT(buddycheck_cached)(buddycheck_pfn pfn);
/* From buddycheck_counts: how many free blocks of this order there are. */
void BUDDYCHECK_IMPORT(buddycheck_counted)(unsigned order, unsigned long blocks);
/*
 * From buddycheck_open: these bytes are all the state there is, together with those of the other calls. A process
 * has no use for it. Without any call, all static data or all memory is state: right, and slower.
 */
void BUDDYCHECK_IMPORT(buddycheck_state)(const void *address, unsigned long bytes);
/* Words for the report. */
void BUDDYCHECK_IMPORT(buddycheck_log)(const char *words, unsigned long bytes);

/* Dies with these words: what a panic or a failed assertion of yours may call. */
__attribute__((noreturn)) static BUDDYCHECK_MAYBE_UNUSED void buddycheck_panic(const char *words)
{
	unsigned long length = 0;

	while (words[length] != '\0')
		length++;
	buddycheck_log(words, length);
#ifdef BUDDYCHECK_WASM
	__builtin_trap();
#else
	__builtin_abort();
#endif
}

#ifdef BUDDYCHECK_WASM

/* ------------------------------------------------------------------ wasm: the pool is told piece by piece */

static struct buddycheck_pool buddycheck_told;

/* Called for each range, in order, before buddycheck_init. */
void BUDDYCHECK_EXPORT(buddycheck_reserve)(buddycheck_pfn start, buddycheck_pfn end)
{
	struct buddycheck_range range = {start, end};

	if (buddycheck_told.reserved_count == BUDDYCHECK_RANGES_MAX)
		buddycheck_panic("more reserved ranges than BUDDYCHECK_RANGES_MAX");
	buddycheck_told.reserved[buddycheck_told.reserved_count++] = range;
}

void BUDDYCHECK_EXPORT(buddycheck_zone)(buddycheck_pfn start, buddycheck_pfn end)
{
	struct buddycheck_range range = {start, end};

	if (buddycheck_told.zone_count == BUDDYCHECK_RANGES_MAX)
		buddycheck_panic("more zones than BUDDYCHECK_RANGES_MAX");
	buddycheck_told.zones[buddycheck_told.zone_count++] = range;
}

int BUDDYCHECK_EXPORT(buddycheck_init)(unsigned long pages, unsigned max_order, buddycheck_pfn base_pfn)
{
	buddycheck_told.pages = pages;
	buddycheck_told.max_order = max_order;
	buddycheck_told.base_pfn = base_pfn;
	return buddycheck_open(&buddycheck_told);
}

/* What compilers call by themselves, where no library has it. */
__attribute__((weak, no_builtin("memset"))) void *memset(void *to, int byte, unsigned long count)
{
	unsigned char *at = (unsigned char *)to;

	while (count-- > 0)
		*at++ = (unsigned char)byte;
	return to;
}

__attribute__((weak, no_builtin("memcpy"))) void *memcpy(void *to, const void *from, unsigned long count)
{
	unsigned char *at = (unsigned char *)to;
	const unsigned char *source = (const unsigned char *)from;

	while (count-- > 0)
		*at++ = *source++;
	return to;
}

#else
#error "a target is built for wasm32"
#endif /* BUDDYCHECK_WASM */
#endif /* BUDDYCHECK_TARGET */

#ifdef BUDDYCHECK_RECORDER
#include "buddycheck-record.h"
#endif

#ifdef __cplusplus
}
#endif
#endif /* BUDDYCHECK_H */
