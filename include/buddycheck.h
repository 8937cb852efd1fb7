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
 *   #define BUDDYCHECK_NO_MAIN       a process has its own `main`, which calls buddycheck_main()
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

/* ------------------------------------------------------------------ a process: the line protocol */

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

/* Answers on their way out. */
static char buddycheck_out[1 << 16];
static size_t buddycheck_out_length;
/* What the requests of this pool were served, REFUSED where they were not; and is it live still? */
static buddycheck_pfn *buddycheck_served;
static unsigned char *buddycheck_live;
static unsigned long buddycheck_requests, buddycheck_requests_max;
/* Where an emitter is left that goes on for ever, and how many blocks it may still list. */
static jmp_buf buddycheck_enough;
static unsigned long buddycheck_blocks_left;
static struct buddycheck_pool buddycheck_told;

static void buddycheck_flush(void)
{
	if (fwrite(buddycheck_out, 1, buddycheck_out_length, stdout) != buddycheck_out_length)
		exit(1);
	fflush(stdout);
	buddycheck_out_length = 0;
}

static void buddycheck_say(const char *words)
{
	size_t length = strlen(words);

	if (buddycheck_out_length + length > sizeof buddycheck_out)
		buddycheck_flush();
	memcpy(buddycheck_out + buddycheck_out_length, words, length);
	buddycheck_out_length += length;
}

static void buddycheck_say_number(unsigned long number)
{
	char digits[24];
	unsigned at = sizeof digits - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buddycheck_say(digits + at);
}

/* The number behind the blanks at `*at`, which moves on; `none` at the end of the line. */
static unsigned long buddycheck_number(char **at, unsigned long none)
{
	unsigned long number = 0;

	while (**at == ' ')
		(*at)++;
	if (**at < '0' || **at > '9')
		return none;
	while (**at >= '0' && **at <= '9')
		number = 10 * number + (unsigned long)(*(*at)++ - '0');
	return number;
}

void buddycheck_listed(unsigned order, buddycheck_pfn pfn)
{
	if (buddycheck_blocks_left-- == 0)
		longjmp(buddycheck_enough, 1);
	buddycheck_say(" ");
	buddycheck_say_number(pfn);
	buddycheck_say(":");
	buddycheck_say_number(order);
}

static buddycheck_pfn *buddycheck_held;
static unsigned long buddycheck_held_count, buddycheck_held_max;

void buddycheck_cached(buddycheck_pfn pfn)
{
	if (buddycheck_blocks_left-- == 0)
		longjmp(buddycheck_enough, 1);
	if (buddycheck_held_count == buddycheck_held_max) {
		buddycheck_held_max = 2 * buddycheck_held_max + 64;
		buddycheck_held = (buddycheck_pfn *)realloc(buddycheck_held, buddycheck_held_max * sizeof pfn);
		if (buddycheck_held == NULL)
			exit(1);
	}
	buddycheck_held[buddycheck_held_count++] = pfn;
}

static unsigned buddycheck_orders_counted;

/* Orders are counted from 0 up; one that is left out has no blocks. */
void buddycheck_counted(unsigned order, unsigned long blocks)
{
	for (; buddycheck_orders_counted < order; buddycheck_orders_counted++)
		buddycheck_say(" 0");
	buddycheck_say(" ");
	buddycheck_say_number(blocks);
	buddycheck_orders_counted++;
}

void buddycheck_state(const void *address, unsigned long bytes)
{
	(void)address;
	(void)bytes;
}

void buddycheck_log(const char *words, unsigned long bytes)
{
	fwrite(words, 1, bytes, stderr);
	fputc('\n', stderr);
}

static void buddycheck_hello(void)
{
	buddycheck_say("buddycheck 1");
#ifndef BUDDYCHECK_NO_ORDERS
	buddycheck_say(" alloc");
#ifdef BUDDYCHECK_NO_SIZE
	buddycheck_say(" free");
#else
	buddycheck_say(" free-order");
#endif
#endif
#ifdef BUDDYCHECK_ALLOC_PAGES
	buddycheck_say(" alloc-pages");
#endif
#ifdef BUDDYCHECK_FREE_PAGES
	buddycheck_say(" free-pages");
#endif
#ifdef BUDDYCHECK_RESIZE
	buddycheck_say(" add remove");
#endif
#ifdef BUDDYCHECK_LISTS
	buddycheck_say(" lists");
#endif
#ifdef BUDDYCHECK_COUNTS
	buddycheck_say(" counts");
#endif
#ifdef BUDDYCHECK_ZONES
	buddycheck_say(" zones");
#endif
	buddycheck_say("\n");
	buddycheck_flush();
}

/* "pool MAX_ORDER PAGES BASE_PFN [reserved START END]... [zone START END]..." */
static const char *buddycheck_do_pool(char *at)
{
	buddycheck_told.max_order = (unsigned)buddycheck_number(&at, 0);
	buddycheck_told.pages = buddycheck_number(&at, 0);
	buddycheck_told.base_pfn = buddycheck_number(&at, 0);
	buddycheck_told.reserved_count = buddycheck_told.zone_count = 0;
	buddycheck_requests = 0;
	for (;;) {
		int is_zone = strncmp(at, " zone", 5) == 0;
		unsigned *count = is_zone ? &buddycheck_told.zone_count : &buddycheck_told.reserved_count;
		struct buddycheck_range *ranges = is_zone ? buddycheck_told.zones : buddycheck_told.reserved;

		if (!is_zone && strncmp(at, " reserved", 9) != 0)
			break;
		if (*count == BUDDYCHECK_RANGES_MAX)
			return "!";
		at += is_zone ? 5 : 9;
		ranges[*count].start = buddycheck_number(&at, 0);
		ranges[*count].end = buddycheck_number(&at, 0);
		(*count)++;
	}
	return buddycheck_open(&buddycheck_told) == 0 ? "ok" : "!";
}

/* Says what a request was served, and remembers it under the next number. */
static void buddycheck_note(buddycheck_pfn pfn)
{
	if (buddycheck_requests == buddycheck_requests_max) {
		unsigned long max = 2 * buddycheck_requests_max + 1024;

		buddycheck_served = (buddycheck_pfn *)realloc(buddycheck_served, max * sizeof pfn);
		buddycheck_live = (unsigned char *)realloc(buddycheck_live, max);
		if (buddycheck_served == NULL || buddycheck_live == NULL)
			exit(1);
		buddycheck_requests_max = max;
	}
	buddycheck_served[buddycheck_requests] = pfn;
	buddycheck_live[buddycheck_requests++] = pfn != BUDDYCHECK_REFUSED;
	if (pfn == BUDDYCHECK_REFUSED)
		buddycheck_say("!");
	else
		buddycheck_say_number(pfn);
}

/* Frees pages that are named as the command names them: 'f' in an order or nothing, 'g' in pages. */
static int buddycheck_do_free(char how, buddycheck_pfn pfn, unsigned long size)
{
	(void)pfn;
	(void)size;
#ifdef BUDDYCHECK_FREE_PAGES
	if (how == 'g')
		return buddycheck_free_pages(pfn, size);
#endif
#ifdef BUDDYCHECK_RESIZE
	if (how == 'A')
		return buddycheck_add(pfn, size);
	if (how == 'R')
		return buddycheck_remove(pfn, size);
#endif
#ifndef BUDDYCHECK_NO_ORDERS
	if (how == 'f')
#ifdef BUDDYCHECK_NO_SIZE
		return buddycheck_free(pfn);
#else
		return buddycheck_free(pfn, (unsigned)size);
#endif
#endif
	fprintf(stderr, "this target has no call for '%c'\n", how);
	exit(1);
}

static const char *buddycheck_answer(int answer)
{
	return answer == BUDDYCHECK_ACCEPTED ? "+" : answer == BUDDYCHECK_REJECTED ? "!" : "?";
}

/* "f N [ORDER]", "g N PAGES": honest frees. "x N OFFSET [ORDER]": a wrong one, near the block of request N. */
static const char *buddycheck_do_handle(char how, char *at)
{
	unsigned long request = buddycheck_number(&at, ~0ul);
	unsigned long offset = how == 'x' ? buddycheck_number(&at, 0) : 0;
	int answer;

	if (request >= buddycheck_requests || buddycheck_served[request] == BUDDYCHECK_REFUSED)
		return "-";
	if (how != 'x' && !buddycheck_live[request])
		return "-";
	answer = buddycheck_do_free(how == 'x' ? 'f' : how, buddycheck_served[request] + offset,
				    buddycheck_number(&at, 0));
	if (how != 'x' && answer != BUDDYCHECK_REJECTED)
		buddycheck_live[request] = 0;
	return buddycheck_answer(answer);
}

static void buddycheck_do_lists(void)
{
	unsigned long i;

	buddycheck_say("free");
	buddycheck_held_count = 0;
	buddycheck_blocks_left = 2 * buddycheck_told.pages + 16;
#ifdef BUDDYCHECK_LISTS
	if (setjmp(buddycheck_enough) == 0)
		buddycheck_lists();
#endif
	if (buddycheck_held_count > 0)
		buddycheck_say(" cached");
	for (i = 0; i < buddycheck_held_count; i++) {
		buddycheck_say(" ");
		buddycheck_say_number(buddycheck_held[i]);
	}
}

static void buddycheck_do_alloc(char how, char *at)
{
	unsigned long size = buddycheck_number(&at, 0);
	unsigned zone = (unsigned)buddycheck_number(&at, BUDDYCHECK_ANY_ZONE);

	(void)zone;
#ifdef BUDDYCHECK_ZONES
#define BUDDYCHECK_IN_ZONE(size) size, zone
#else
#define BUDDYCHECK_IN_ZONE(size) size
#endif
#ifdef BUDDYCHECK_ALLOC_PAGES
	if (how == 'p') {
		buddycheck_note(buddycheck_alloc_pages(BUDDYCHECK_IN_ZONE(size)));
		return;
	}
#endif
#ifndef BUDDYCHECK_NO_ORDERS
	if (how == 'a') {
		buddycheck_note(buddycheck_alloc(BUDDYCHECK_IN_ZONE((unsigned)size)));
		return;
	}
#endif
	fprintf(stderr, "this target has no call for '%c'\n", how);
	exit(1);
}

/* Does what a line says, and says what came of it. */
static void buddycheck_do_line(char *line)
{
	char *at = line + 1;
	buddycheck_pfn pfn;

	switch (line[0]) {
	case 'a':
	case 'p':
		if (strncmp(line, "pool", 4) == 0)
			buddycheck_say(buddycheck_do_pool(line + 4));
		else
			buddycheck_do_alloc(line[0], at);
		break;
	case 'f':
	case 'g':
	case 'x':
		buddycheck_say(buddycheck_do_handle(line[0], at));
		break;
	case 'F':
	case 'G':
		pfn = buddycheck_number(&at, 0);
		buddycheck_say(buddycheck_answer(
			buddycheck_do_free(line[0] == 'F' ? 'f' : 'g', pfn, buddycheck_number(&at, 0))));
		break;
	case 'A':
	case 'R':
		pfn = buddycheck_number(&at, 0);
		buddycheck_say(buddycheck_answer(buddycheck_do_free(line[0], pfn, buddycheck_number(&at, 0))));
		break;
	case 'l':
		buddycheck_do_lists();
		break;
	case 'c':
		buddycheck_say("counts");
		buddycheck_orders_counted = 0;
#ifdef BUDDYCHECK_COUNTS
		buddycheck_counts();
#endif
		break;
	default:
		fprintf(stderr, "this target does not know the line: %s", line);
		exit(1);
	}
	buddycheck_say("\n");
}

/* Speaks the protocol until its input ends. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_main(void)
{
	static char line[8192];
	int is_sync = 0;

#ifdef __linux__
	/* Whoever started this must not leave it behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	buddycheck_hello();
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (strcmp(line, "sync\n") == 0)
			is_sync = 1;
		else if (strcmp(line, "end\n") == 0)
			buddycheck_flush();
		else
			buddycheck_do_line(line);
		if (is_sync)
			buddycheck_flush();
	}
	buddycheck_flush();
	return 0;
}

#ifndef BUDDYCHECK_NO_MAIN
int main(void)
{
	return buddycheck_main();
}
#endif

#endif /* BUDDYCHECK_WASM */
#endif /* BUDDYCHECK_TARGET */

#ifdef BUDDYCHECK_RECORDER
#include "buddycheck-record.h"
#endif

#ifdef __cplusplus
}
#endif
#endif /* BUDDYCHECK_H */
