/*
 * buddycheck.h: puts an allocator of yours under buddycheck, as a target to be driven or as a recorder.
 *
 * Say which before you include it, in one source file:
 *
 *   #define BUDDYCHECK_TARGET      buddycheck calls your allocator. For wasm32 the functions below are exported;
 *                                  elsewhere there is a `main` that speaks the line protocol of docs/targets.md.
 *   #define BUDDYCHECK_RECORDER    your allocator runs as it always does and tells of its calls
 *                                  with the functions at the end of this file: one before a call, one after it.
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
 *   #define BUDDYCHECK_ZONES         requests have one more argument, unsigned zone; without it, a pool is one zone
 *   #define BUDDYCHECK_NO_ORDERS     there is no buddycheck_alloc and no buddycheck_free
 *   #define BUDDYCHECK_NO_SIZE       buddycheck_free has no order: the allocator remembers it
 *   #define BUDDYCHECK_NO_MAIN       a process has its own `main`, which calls buddycheck_main()
 *   #define BUDDYCHECK_TEST          there is no line protocol: a unit test calls these functions by itself, and
 *                                    asks what the lists hold with buddycheck_lists_are and buddycheck_counts_are
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

#ifndef BUDDYCHECK_WASM

/* ------------------------------------------------------------------ outside wasm there is a libc */

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

#endif

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

#ifdef BUDDYCHECK_ZONES
void BUDDYCHECK_EXPORT(buddycheck_zone)(buddycheck_pfn start, buddycheck_pfn end)
{
	struct buddycheck_range range = {start, end};

	if (buddycheck_told.zone_count == BUDDYCHECK_RANGES_MAX)
		buddycheck_panic("more zones than BUDDYCHECK_RANGES_MAX");
	buddycheck_told.zones[buddycheck_told.zone_count++] = range;
}
#endif

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

#elif defined(BUDDYCHECK_TEST)

/* ------------------------------------------------------------------ a unit test: what the lists must hold */

/* Words that must still be seen, the others blanked out; and where an emitter is left that shows what is not there. */
static char *buddycheck_awaited;
static jmp_buf buddycheck_wrong;

/* Blanks out a word that is awaited. One that is not is said, and ends the look: a broken list may have no end. */
static void buddycheck_see(const char *word)
{
	size_t length = strlen(word);
	char *at = buddycheck_awaited;

	while ((at = strstr(at, word)) != NULL) {
		if ((at == buddycheck_awaited || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
			memset(at, ' ', length);
			return;
		}
		at += length;
	}
	fprintf(stderr, "buddycheck: %s should not be there\n", word);
	longjmp(buddycheck_wrong, 1);
}

/* Does `look` show exactly these words? */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_shows(const char *words, void (*look)(void))
{
	int is_right = 0;

	buddycheck_awaited = (char *)malloc(strlen(words) + 1);
	if (buddycheck_awaited == NULL)
		exit(1);
	strcpy(buddycheck_awaited, words);
	if (setjmp(buddycheck_wrong) == 0) {
		look();
		words = buddycheck_awaited + strspn(buddycheck_awaited, " ");
		is_right = *words == '\0';
		if (!is_right)
			fprintf(stderr, "buddycheck: missing %s\n", words);
	}
	free(buddycheck_awaited);
	return is_right;
}

void buddycheck_listed(unsigned order, buddycheck_pfn pfn)
{
	char word[48];

	snprintf(word, sizeof word, "%lu:%u", pfn, order);
	buddycheck_see(word);
}

void buddycheck_cached(buddycheck_pfn pfn)
{
	char word[48];

	snprintf(word, sizeof word, "%lu (cached)", pfn);
	buddycheck_see(word);
}

void buddycheck_counted(unsigned order, unsigned long blocks)
{
	char word[48];

	snprintf(word, sizeof word, "%lux%u", blocks, order);
	if (blocks > 0)
		buddycheck_see(word);
}

#ifdef BUDDYCHECK_LISTS
/* Do the free lists hold exactly these blocks, in any order? "0:1 4:2" is page 0 of order 1 and page 4 of order 2. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_lists_are(const char *blocks)
{
	return buddycheck_shows(blocks, buddycheck_lists);
}
#endif

#ifdef BUDDYCHECK_COUNTS
/* Are exactly these free blocks counted? "2x0 1x3" is two of order 0, one of order 3, and none of any other. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_counts_are(const char *blocks)
{
	return buddycheck_shows(blocks, buddycheck_counts);
}
#endif

#else

/* ------------------------------------------------------------------ a process: the line protocol */

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
#ifndef BUDDYCHECK_ZONES
		if (is_zone)
			return "!";
#endif
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

/*
 * "f N [ORDER]", "g N PAGES": honest frees of what request N was served.
 * "x N OFFSET [ORDER]", "y N OFFSET PAGES": wrong ones near it.
 */
static const char *buddycheck_do_handle(char how, char *at)
{
	int is_honest = how == 'f' || how == 'g';
	unsigned long request = buddycheck_number(&at, ~0ul);
	unsigned long offset = is_honest ? 0 : buddycheck_number(&at, 0);
	int answer;

	if (request >= buddycheck_requests || buddycheck_served[request] == BUDDYCHECK_REFUSED)
		return "-";
	if (is_honest && !buddycheck_live[request])
		return "-";
	answer = buddycheck_do_free(how == 'g' || how == 'y' ? 'g' : 'f', buddycheck_served[request] + offset,
				    buddycheck_number(&at, 0));
	if (is_honest && answer != BUDDYCHECK_REJECTED)
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
	case 'y':
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

/*
 * The recorder. Calls go into a ring, without a lock and without a library; `buddycheck_record_drain` writes them out
 * as a trace (docs/trace-format.md), a line at a time, to a serial port or wherever you like.
 *
 *   buddycheck_record_pool(&pool, "mine", 4096);                    once, with all managed pages free
 *
 *   struct buddycheck_event *event = buddycheck_record_alloc(order);
 *   pfn = the allocation;                                           BUDDYCHECK_REFUSED where it failed
 *   buddycheck_record_served(event, pfn);
 *
 *   struct buddycheck_event *event = buddycheck_record_free_order(pfn, order);
 *   the free;
 *   buddycheck_record_freed(event, BUDDYCHECK_UNKNOWN);             or ACCEPTED, or REJECTED
 *
 * 1. The intent is in the ring before the call is made. Of an allocator that dies in a call, or never returns, the trace
 *    says so: from a panic, call `buddycheck_record_died`.
 * 2. A full ring drops events until it has been drained, and the trace says how many and where. Drain often, or make
 *    it larger: BUDDYCHECK_RING events, a power of two, of 48 bytes each.
 * 3. With several CPUs, threads or interrupts that allocate, define BUDDYCHECK_CONCURRENT: every event then carries the moment of its call and of
 *    its return, counted by one shared counter, so that the verifier knows which calls overlapped. BUDDYCHECK_CPU() may
 *    name the CPU. One drains at a time.
 * 4. In a process, `buddycheck_record_to("trace.jsonl")` drains by itself, at exit and on fatal signals, too. Define
 *    BUDDYCHECK_FREESTANDING where there is no POSIX.
 */

#ifdef BUDDYCHECK_TARGET
#error "one source file is either a target or a recorder"
#endif

#if !defined(BUDDYCHECK_FREESTANDING) && defined(__STDC_HOSTED__) && __STDC_HOSTED__ == 1
#define BUDDYCHECK_POSIX
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#endif

#ifndef BUDDYCHECK_RING
#define BUDDYCHECK_RING 4096ul
#endif

/* The longest line: a note of this many bytes at most, or numbers. */
#define BUDDYCHECK_LINE 320u

typedef void (*buddycheck_put)(const char *text, unsigned long length);

struct buddycheck_event {
	/* Where in the ring it is: its position while it is free, one more once it is complete. */
	unsigned long turn;
	unsigned long called, returned;
	buddycheck_pfn pfn;
	/* An order, a page count, the length of a look, or a pointer to a note's text. */
	unsigned long size;
	unsigned short cpu;
	/* Did it return while calls went unrecorded? Then what it was answered may follow from one of those. */
	unsigned char is_in_gap;
	/* 'a' alloc, 'p' by pages, 'f' free, 'o' by order, 'g' by pages, 'l' lists, 'b' one block of them, 'c' cached, 'n' note */
	char call;
	signed char answer;
};

static struct buddycheck_event buddycheck_ring[BUDDYCHECK_RING];
static unsigned long buddycheck_tail, buddycheck_head;
/*
 * 0 while there is room. Once there is none, 1 and 2 for each call that is under way unrecorded: nothing is recorded
 * then until all of those have returned and the ring has been drained.
 */
static unsigned long buddycheck_gap;
static unsigned long buddycheck_lost;
#ifdef BUDDYCHECK_CONCURRENT
static unsigned long buddycheck_clock;
/* When the last of the requests returned whose answers were left out. */
static unsigned long buddycheck_unknown_until;
#endif
static struct buddycheck_pool buddycheck_recorded;
static const char *buddycheck_allocator;
static unsigned long buddycheck_page_size, buddycheck_address_base;
static int buddycheck_has_header;

#ifdef BUDDYCHECK_POSIX
static void buddycheck_record_drain_if_due(void);
#endif

/* The pool that is recorded, with all its managed pages free, and how the allocator is called. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_pool(const struct buddycheck_pool *pool, const char *allocator,
							   unsigned long page_size)
{
	unsigned long i;

	buddycheck_recorded = *pool;
	buddycheck_allocator = allocator;
	buddycheck_page_size = page_size;
	buddycheck_tail = buddycheck_head = 0;
	buddycheck_has_header = 0;
	for (i = 0; i < BUDDYCHECK_RING; i++)
		buddycheck_ring[i].turn = i;
}

/* For allocators that deal in addresses: that of page `base_pfn`. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_addresses(const void *base)
{
	buddycheck_address_base = (unsigned long)base;
}

/* The page at an address, or BUDDYCHECK_REFUSED for a null pointer. */
static BUDDYCHECK_MAYBE_UNUSED buddycheck_pfn buddycheck_pfn_of(const void *address)
{
	if (!address)
		return BUDDYCHECK_REFUSED;
	return buddycheck_recorded.base_pfn + ((unsigned long)address - buddycheck_address_base) / buddycheck_page_size;
}

/* ------------------------------------------------------------------ into the ring */

static unsigned long buddycheck_tick(void)
{
#ifdef BUDDYCHECK_CONCURRENT
	return __atomic_add_fetch(&buddycheck_clock, 1, __ATOMIC_SEQ_CST);
#else
	return 0;
#endif
}

/* So many places in a row, or null where there is no room. */
static struct buddycheck_event *buddycheck_claim(unsigned long count)
{
	unsigned long at = __atomic_load_n(&buddycheck_tail, __ATOMIC_RELAXED);

	if (count > BUDDYCHECK_RING)
		return (struct buddycheck_event *)0;
	for (;;) {
		/* Places are freed in order: if the last is free, so are those before it. */
		unsigned long last = at + count - 1;
		unsigned long turn = __atomic_load_n(&buddycheck_ring[last % BUDDYCHECK_RING].turn, __ATOMIC_ACQUIRE);

		if (turn != last) {
			unsigned long now = __atomic_load_n(&buddycheck_tail, __ATOMIC_RELAXED);

			if (now == at)
				return (struct buddycheck_event *)0;
			at = now;
		} else if (__atomic_compare_exchange_n(&buddycheck_tail, &at, at + count, 0, __ATOMIC_RELAXED,
						       __ATOMIC_RELAXED)) {
			return &buddycheck_ring[at % BUDDYCHECK_RING];
		}
	}
}

/* A place for a call that begins now, or null after noting that it goes unrecorded. */
static struct buddycheck_event *buddycheck_place(void)
{
	for (;;) {
		unsigned long gap = __atomic_load_n(&buddycheck_gap, __ATOMIC_SEQ_CST);
		struct buddycheck_event *event = gap == 0 ? buddycheck_claim(1) : (struct buddycheck_event *)0;

		if (event)
			return event;
		if (__atomic_compare_exchange_n(&buddycheck_gap, &gap, (gap | 1) + 2, 0, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
			__atomic_add_fetch(&buddycheck_lost, 1, __ATOMIC_RELAXED);
			return event;
		}
	}
}

static struct buddycheck_event *buddycheck_begin(char call, buddycheck_pfn pfn, unsigned long size)
{
	struct buddycheck_event *event = buddycheck_place();

	if (!event)
		return event;
	event->call = call;
	event->pfn = pfn;
	event->size = size;
	event->answer = BUDDYCHECK_UNKNOWN;
#ifdef BUDDYCHECK_CPU
	event->cpu = (unsigned short)BUDDYCHECK_CPU();
#endif
	event->called = buddycheck_tick();
	return event;
}

static void buddycheck_publish(struct buddycheck_event *event)
{
	__atomic_store_n(&event->turn, event->turn + 1, __ATOMIC_RELEASE);
}

/* The call has returned, be it recorded or (null) not. */
static void buddycheck_complete(struct buddycheck_event *event)
{
	if (event) {
		event->returned = buddycheck_tick();
		event->is_in_gap = __atomic_load_n(&buddycheck_gap, __ATOMIC_SEQ_CST) != 0;
		buddycheck_publish(event);
	} else {
		__atomic_sub_fetch(&buddycheck_gap, 2, __ATOMIC_SEQ_CST);
	}
#ifdef BUDDYCHECK_POSIX
	buddycheck_record_drain_if_due();
#endif
}

/* Before a request, by order or by pages. */
static BUDDYCHECK_MAYBE_UNUSED struct buddycheck_event *buddycheck_record_alloc(unsigned order)
{
	return buddycheck_begin('a', BUDDYCHECK_REFUSED, order);
}

static BUDDYCHECK_MAYBE_UNUSED struct buddycheck_event *buddycheck_record_alloc_pages(unsigned long pages)
{
	return buddycheck_begin('p', BUDDYCHECK_REFUSED, pages);
}

/* After it: the first page served, or BUDDYCHECK_REFUSED. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_served(struct buddycheck_event *event, buddycheck_pfn pfn)
{
	if (event)
		event->pfn = pfn;
	buddycheck_complete(event);
}

/* Before a free that names no size, an order, or pages. */
static BUDDYCHECK_MAYBE_UNUSED struct buddycheck_event *buddycheck_record_free(buddycheck_pfn pfn)
{
	return buddycheck_begin('f', pfn, 0);
}

static BUDDYCHECK_MAYBE_UNUSED struct buddycheck_event *buddycheck_record_free_order(buddycheck_pfn pfn, unsigned order)
{
	return buddycheck_begin('o', pfn, order);
}

static BUDDYCHECK_MAYBE_UNUSED struct buddycheck_event *buddycheck_record_free_pages(buddycheck_pfn pfn,
										     unsigned long pages)
{
	return buddycheck_begin('g', pfn, pages);
}

/* After it: BUDDYCHECK_ACCEPTED, _REJECTED or _UNKNOWN. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_freed(struct buddycheck_event *event, int answer)
{
	if (event)
		event->answer = (signed char)answer;
	buddycheck_complete(event);
}

/* A line for people, such as what the allocator writes to its log. The text must stay where it is. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_note(const char *text)
{
	buddycheck_complete(buddycheck_begin('n', 0, (unsigned long)text));
}

/* ------------------------------------------------------------------ free lists */

/* What an emitter fills, or only counts where it is null; and how many blocks there were. */
static struct buddycheck_event *buddycheck_shown;
static unsigned long buddycheck_shown_at, buddycheck_shown_count;

static int buddycheck_show(char call, unsigned order, buddycheck_pfn pfn)
{
	/* Broken lists are cycles: no pool has more blocks than pages. */
	if (buddycheck_shown_count > 2 * buddycheck_recorded.pages + 16)
		return 0;
	if (buddycheck_shown && buddycheck_shown_count < buddycheck_shown_at) {
		struct buddycheck_event *event = buddycheck_shown + 1 + buddycheck_shown_count;

		if (event >= buddycheck_ring + BUDDYCHECK_RING)
			event -= BUDDYCHECK_RING;
		event->call = call;
		event->pfn = pfn;
		event->size = order;
		event->is_in_gap = 0;
	}
	buddycheck_shown_count++;
	return 1;
}

/* From an emitter, for each block in list order. 0: stop, this is more than there can be. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_listed(unsigned order, buddycheck_pfn pfn)
{
	return buddycheck_show('b', order, pfn);
}

/* From an emitter: a free page that is held back, on no list and not to be coalesced. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_cached(buddycheck_pfn pfn)
{
	return buddycheck_show('c', 0, pfn);
}

/*
 * Looks at the free lists, under the allocator's own lock: `emit` calls the two above for each block, and is called
 * twice. 0 if there is no room in the ring for so many; nothing is lost then but the look.
 */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_record_lists(void (*emit)(void))
{
	struct buddycheck_event *event;
	unsigned long count, i;

	buddycheck_shown = (struct buddycheck_event *)0;
	buddycheck_shown_count = 0;
	emit();
	count = buddycheck_shown_count;
	if (__atomic_load_n(&buddycheck_gap, __ATOMIC_SEQ_CST) != 0)
		return 0;
	event = buddycheck_claim(count + 1);
	if (!event)
		return 0;
	event->call = 'l';
	event->size = count;
	event->called = buddycheck_tick();
	buddycheck_shown = event;
	buddycheck_shown_at = count;
	buddycheck_shown_count = 0;
	emit();
	for (i = count; i > 0; i--) {
		struct buddycheck_event *block = event + i;

		if (block >= buddycheck_ring + BUDDYCHECK_RING)
			block -= BUDDYCHECK_RING;
		buddycheck_publish(block);
	}
	buddycheck_complete(event);
	return 1;
}

/* ------------------------------------------------------------------ out of the ring */

/* One line on its way out. */
struct buddycheck_line {
	char text[BUDDYCHECK_LINE];
	unsigned length;
	buddycheck_put put;
};

static void buddycheck_add(struct buddycheck_line *line, const char *words)
{
	while (*words) {
		if (line->length == sizeof line->text) {
			line->put(line->text, line->length);
			line->length = 0;
		}
		line->text[line->length++] = *words++;
	}
}

static void buddycheck_add_number(struct buddycheck_line *line, const char *words, unsigned long number)
{
	char digits[24];
	unsigned at = sizeof digits - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buddycheck_add(line, words);
	buddycheck_add(line, digits + at);
}

/* A trace counts pages from the pool's start, up to 2^52. One before it is told as an address. */
static void buddycheck_add_pfn(struct buddycheck_line *line, buddycheck_pfn pfn)
{
	if (pfn >= buddycheck_recorded.base_pfn && (pfn - buddycheck_recorded.base_pfn) >> 26 >> 25 > 0)
		buddycheck_add(line, ",\"pfn\":4503599627370496");
	else if (pfn >= buddycheck_recorded.base_pfn)
		buddycheck_add_number(line, ",\"pfn\":", pfn - buddycheck_recorded.base_pfn);
	else
		buddycheck_add_number(line, ",\"addr\":", pfn * buddycheck_page_size);
}

static void buddycheck_add_text(struct buddycheck_line *line, const char *text)
{
	char one[2] = {' ', '\0'};

	buddycheck_add(line, "\"");
	for (; *text; text++) {
		one[0] = *text >= ' ' && *text <= '~' && *text != '"' && *text != '\\' ? *text : '?';
		buddycheck_add(line, one);
	}
	buddycheck_add(line, "\"");
}

static void buddycheck_add_header(struct buddycheck_line *line)
{
	const struct buddycheck_pool *pool = &buddycheck_recorded;
	unsigned i;

	buddycheck_add(line, "{\"buddytrace\":1,\"allocator\":");
	buddycheck_add_text(line, buddycheck_allocator);
	buddycheck_add_number(line, ",\"page_size\":", buddycheck_page_size);
	buddycheck_add_number(line, ",\"max_order\":", pool->max_order);
	buddycheck_add_number(line, ",\"pages\":", pool->pages);
	buddycheck_add_number(line, ",\"base_pfn\":", pool->base_pfn);
#ifdef BUDDYCHECK_CONCURRENT
	buddycheck_add(line, ",\"t_unit\":\"ns\"");
#endif
	buddycheck_add(line, ",\"reserved\":[");
	for (i = 0; i < pool->reserved_count; i++) {
		buddycheck_add_number(line, i > 0 ? ",[" : "[", pool->reserved[i].start - pool->base_pfn);
		buddycheck_add_number(line, ",", pool->reserved[i].end - pool->base_pfn);
		buddycheck_add(line, "]");
	}
	buddycheck_add(line, "]");
	for (i = 0; i < pool->zone_count; i++) {
		buddycheck_add_number(line, i > 0 ? ",{\"name\":\"zone" : ",\"zones\":[{\"name\":\"zone", i);
		buddycheck_add_number(line, "\",\"pfns\":[", pool->zones[i].start - pool->base_pfn);
		buddycheck_add_number(line, ",", pool->zones[i].end - pool->base_pfn);
		buddycheck_add(line, "]}");
	}
	buddycheck_add(line, pool->zone_count > 0 ? "]}\n" : "}\n");
}

/* The call of an event without its answer. */
static void buddycheck_add_call(struct buddycheck_line *line, const struct buddycheck_event *event)
{
	if (event->call == 'n') {
		buddycheck_add(line, "{\"op\":\"note\",\"text\":");
		buddycheck_add_text(line, (const char *)event->size);
		return;
	}
	buddycheck_add(line, event->call == 'a' || event->call == 'p' ? "{\"op\":\"alloc\"" : "{\"op\":\"free\"");
	if (event->call == 'a' || event->call == 'o')
		buddycheck_add_number(line, ",\"order\":", event->size);
	if (event->call == 'p' || event->call == 'g')
		buddycheck_add_number(line, ",\"pages\":", event->size);
	if (event->call == 'f' || event->call == 'o' || event->call == 'g')
		buddycheck_add_pfn(line, event->pfn);
}

static void buddycheck_add_end(struct buddycheck_line *line, const struct buddycheck_event *event)
{
#ifdef BUDDYCHECK_CPU
	if (event->call != 'n' && event->call != 'l')
		buddycheck_add_number(line, ",\"cpu\":", event->cpu);
#endif
#ifdef BUDDYCHECK_CONCURRENT
	buddycheck_add_number(line, ",\"t\":", event->called);
	buddycheck_add_number(line, ",\"t_end\":", event->returned);
#endif
	(void)event;
	buddycheck_add(line, "}\n");
}

static void buddycheck_add_event(struct buddycheck_line *line, const struct buddycheck_event *event)
{
	buddycheck_add_call(line, event);
	if (event->call == 'a' || event->call == 'p') {
		if (event->pfn == BUDDYCHECK_REFUSED)
			buddycheck_add(line, ",\"pfn\":null");
		else
			buddycheck_add_pfn(line, event->pfn);
	} else if (event->call != 'n' && event->answer != BUDDYCHECK_UNKNOWN) {
		buddycheck_add(line, event->answer == BUDDYCHECK_ACCEPTED ? ",\"ok\":true" : ",\"ok\":false");
	}
	buddycheck_add_end(line, event);
}

static struct buddycheck_event *buddycheck_at(unsigned long position)
{
	return &buddycheck_ring[position % BUDDYCHECK_RING];
}

/* The blocks of a look, which stand behind its event: in the order of orders, and within one in list order. */
static void buddycheck_add_lists(struct buddycheck_line *line, unsigned long position)
{
	const struct buddycheck_event *event = buddycheck_at(position);
	unsigned long i, max_order = buddycheck_recorded.max_order, order;
	const char *before;

	buddycheck_add(line, "{\"op\":\"snapshot\",\"free\":[");
	for (i = 1; i <= event->size; i++)
		if (buddycheck_at(position + i)->call == 'b' && buddycheck_at(position + i)->size > max_order)
			max_order = buddycheck_at(position + i)->size & 63;
	for (order = 0; order <= max_order; order++) {
		buddycheck_add(line, order > 0 ? ",[" : "[");
		for (i = 1, before = ""; i <= event->size; i++) {
			const struct buddycheck_event *block = buddycheck_at(position + i);

			if (block->call != 'b' || block->size != order)
				continue;
			buddycheck_add_number(line, before, block->pfn - buddycheck_recorded.base_pfn);
			before = ",";
		}
		buddycheck_add(line, "]");
	}
	buddycheck_add(line, "],\"cached\":[");
	for (i = 1, before = ""; i <= event->size; i++) {
		if (buddycheck_at(position + i)->call != 'c')
			continue;
		buddycheck_add_number(line, before, buddycheck_at(position + i)->pfn - buddycheck_recorded.base_pfn);
		before = ",";
	}
	buddycheck_add(line, "]");
	buddycheck_add_end(line, event);
}

static void buddycheck_add_lost(struct buddycheck_line *line, unsigned long events)
{
	buddycheck_add_number(line, "{\"op\":\"lost\",\"events\":", events);
	buddycheck_add(line, "}\n");
}

static void buddycheck_begin_drain(struct buddycheck_line *line, buddycheck_put put)
{
	line->length = 0;
	line->put = put;
	if (!buddycheck_has_header)
		buddycheck_add_header(line);
	buddycheck_has_header = 1;
}

/*
 * May the event be told? Where calls go unrecorded, a request that returned meanwhile may have been served what one of
 * them freed: it is left out, and told as lost at the end of the gap. A refusal and a look say something only of a
 * moment without other calls: they are left out beside a call that is left out, or that may yet be.
 */
static int buddycheck_may_tell(const struct buddycheck_event *event, unsigned long position)
{
	int is_request = event->call == 'a' || event->call == 'p';
#ifdef BUDDYCHECK_CONCURRENT
	unsigned long tail = __atomic_load_n(&buddycheck_tail, __ATOMIC_SEQ_CST);
#endif

	if (event->is_in_gap && (is_request || event->call == 'l')) {
#ifdef BUDDYCHECK_CONCURRENT
		if (is_request && event->returned > buddycheck_unknown_until)
			buddycheck_unknown_until = event->returned;
#endif
		if (is_request)
			__atomic_add_fetch(&buddycheck_lost, 1, __ATOMIC_RELAXED);
		return 0;
	}
	if (event->call != 'l' && !(is_request && event->pfn == BUDDYCHECK_REFUSED))
		return 1;
#ifdef BUDDYCHECK_CONCURRENT
	if (event->called < buddycheck_unknown_until)
		return 0;
	for (position++; position != tail; position++) {
		const struct buddycheck_event *other = buddycheck_at(position);

		if (__atomic_load_n(&other->turn, __ATOMIC_ACQUIRE) != position + 1)
			return 0;
		if (other->is_in_gap && other->called < event->returned)
			return 0;
	}
#endif
	(void)position;
	return 1;
}

/* Writes the event at the head of the ring, and gives its place free; 0 where it is not complete. */
static int buddycheck_drain_one(struct buddycheck_line *line)
{
	unsigned long position = buddycheck_head, length, i;
	struct buddycheck_event *event = buddycheck_at(position);

	if (__atomic_load_n(&event->turn, __ATOMIC_ACQUIRE) != position + 1)
		return 0;
	length = event->call == 'l' ? event->size + 1 : 1;
	if (buddycheck_may_tell(event, position)) {
		if (event->call == 'l')
			buddycheck_add_lists(line, position);
		else
			buddycheck_add_event(line, event);
	}
	for (i = 0; i < length; i++)
		__atomic_store_n(&buddycheck_at(position + i)->turn, position + i + BUDDYCHECK_RING, __ATOMIC_RELEASE);
	__atomic_store_n(&buddycheck_head, position + length, __ATOMIC_RELAXED);
	return 1;
}

/* Ends a gap once the ring is empty and no unrecorded call is under way, and says how much was lost in it. */
static void buddycheck_end_gap(struct buddycheck_line *line)
{
	unsigned long nobody = 1;

	if (buddycheck_head != __atomic_load_n(&buddycheck_tail, __ATOMIC_SEQ_CST))
		return;
	if (__atomic_compare_exchange_n(&buddycheck_gap, &nobody, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		buddycheck_add_lost(line, __atomic_exchange_n(&buddycheck_lost, 0, __ATOMIC_RELAXED));
}

/* Writes what has been recorded and is complete, in lines. One at a time. */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_drain(buddycheck_put put)
{
	struct buddycheck_line line;

	buddycheck_begin_drain(&line, put);
	while (buddycheck_drain_one(&line))
		;
	buddycheck_end_gap(&line);
	if (line.length > 0)
		put(line.text, line.length);
}

/*
 * The allocator has died or hangs: writes everything, and in which call it died. `how` is a word such as "panic".
 * Of calls on other CPUs that have not returned nobody knows what they did: they are told as lost.
 */
static BUDDYCHECK_MAYBE_UNUSED void buddycheck_record_died(const char *how, buddycheck_put put)
{
	unsigned long tail = __atomic_load_n(&buddycheck_tail, __ATOMIC_ACQUIRE), unknown = 0;
	struct buddycheck_event *died = (struct buddycheck_event *)0;
	struct buddycheck_line line;
	unsigned cpu = 0;

#ifdef BUDDYCHECK_CPU
	cpu = (unsigned short)BUDDYCHECK_CPU();
#endif
	buddycheck_begin_drain(&line, put);
	while (buddycheck_head != tail) {
		if (buddycheck_drain_one(&line))
			continue;
		if (buddycheck_at(buddycheck_head)->cpu == cpu)
			died = buddycheck_at(buddycheck_head);
		unknown++;
		buddycheck_head++;
	}
	unknown += __atomic_load_n(&buddycheck_lost, __ATOMIC_RELAXED) - (died ? 1 : 0);
	if (unknown > 0)
		buddycheck_add_lost(&line, unknown);
	buddycheck_add(&line, "{\"op\":\"died\",\"how\":");
	buddycheck_add_text(&line, how);
	buddycheck_add(&line, ",\"in\":");
	if (died)
		buddycheck_add_call(&line, died);
	else
		buddycheck_add(&line, "{");
	buddycheck_add(&line, "}}\n");
	put(line.text, line.length);
}

#ifdef BUDDYCHECK_POSIX

/* ------------------------------------------------------------------ in a process */

static int buddycheck_file = -1;
static char buddycheck_draining;

static void buddycheck_put_file(const char *text, unsigned long length)
{
	while (length > 0) {
		ssize_t written = write(buddycheck_file, text, length);

		if (written <= 0)
			return;
		text += written;
		length -= (unsigned long)written;
	}
}

static void buddycheck_record_drain_if_due(void)
{
	unsigned long gap = __atomic_load_n(&buddycheck_gap, __ATOMIC_RELAXED);
	unsigned long used = __atomic_load_n(&buddycheck_tail, __ATOMIC_RELAXED) -
			     __atomic_load_n(&buddycheck_head, __ATOMIC_RELAXED);

	if (buddycheck_file < 0 || (used < BUDDYCHECK_RING / 2 && gap == 0))
		return;
	if (__atomic_test_and_set(&buddycheck_draining, __ATOMIC_ACQUIRE))
		return;
	buddycheck_record_drain(buddycheck_put_file);
	__atomic_clear(&buddycheck_draining, __ATOMIC_RELEASE);
}

static void buddycheck_at_exit(void)
{
	while (__atomic_test_and_set(&buddycheck_draining, __ATOMIC_ACQUIRE))
		;
	buddycheck_record_drain(buddycheck_put_file);
}

static void buddycheck_at_signal(int number)
{
	const char *how = number == SIGSEGV ? "segv" : number == SIGABRT ? "abort" : number == SIGFPE ? "fpe" : "bus";

	/* Whoever is in the middle of draining may be the one that died: better a line twice than none. */
	buddycheck_record_died(how, buddycheck_put_file);
	signal(number, SIG_DFL);
	raise(number);
}

/* Writes the trace to a file from now on: as the ring fills up, at exit, and when the process dies. 0, or -1. */
static BUDDYCHECK_MAYBE_UNUSED int buddycheck_record_to(const char *path)
{
	static const int fatal[] = {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL};
	unsigned i;

	buddycheck_file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (buddycheck_file < 0)
		return -1;
	for (i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		signal(fatal[i], buddycheck_at_signal);
	return atexit(buddycheck_at_exit);
}

#endif /* BUDDYCHECK_POSIX */
#endif /* BUDDYCHECK_RECORDER */

#ifdef __cplusplus
}
#endif
#endif /* BUDDYCHECK_H */
