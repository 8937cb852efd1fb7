/*
 * A kernel in one process, to show the recorder: no library, a serial port that takes a byte at a time, several CPUs.
 *
 * `hooked_alloc` and `hooked_free` are what a kernel's own entry points become. Everything else plays the machine.
 */
#define BUDDYCHECK_RECORDER
#define BUDDYCHECK_FREESTANDING
#define BUDDYCHECK_CONCURRENT
#define BUDDYCHECK_CPU() current_cpu
static _Thread_local unsigned current_cpu;
#include "buddycheck.h"
#include "../c-wasm/page_alloc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ------------------------------------------------------------------ the kernel's side */

static unsigned long hooked_alloc(unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_alloc(order);
	unsigned long pfn;

	pthread_mutex_lock(&lock);
	pfn = alloc_block(order);
	pthread_mutex_unlock(&lock);
	buddycheck_record_served(event, pfn == NO_PAGE ? BUDDYCHECK_REFUSED : pfn);
	return pfn;
}

static void hooked_free(unsigned long pfn, unsigned order)
{
	struct buddycheck_event *event = buddycheck_record_free_order(pfn, order);
	int failed;

	pthread_mutex_lock(&lock);
	failed = free_block(pfn, order);
	pthread_mutex_unlock(&lock);
	buddycheck_record_freed(event, failed ? BUDDYCHECK_REJECTED : BUDDYCHECK_ACCEPTED);
}

static void emit_lists(void)
{
	unsigned order, index;

	for (order = 0; order <= pool.max_order; order++)
		for (index = pool.lists[order].first; index != ~0u; index = pages[index].next)
			if (!buddycheck_listed(order, pool.base_pfn + index))
				return;
}

/* A serial port. */
static void put_serial(const char *text, unsigned long length)
{
	while (length-- > 0)
		putchar(*text++);
}

/* What a kernel does in its idle loop, or every so often. */
static void drain_now_and_then(void)
{
	pthread_mutex_lock(&lock);
	buddycheck_record_lists(emit_lists);
	buddycheck_record_drain(put_serial);
	pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------ the machine */

#define CPUS 4
#define HELD 32

static unsigned long rounds;

static void *run_cpu(void *number)
{
	unsigned long held[HELD] = {0};
	unsigned orders[HELD], seed, round;

	current_cpu = (unsigned)(unsigned long)number;
	seed = 1 + current_cpu;
	for (round = 0; round < HELD; round++)
		held[round] = NO_PAGE;
	for (round = 0; round < rounds; round++) {
		unsigned at = (seed = seed * 1103515245 + 12345) >> 16 & (HELD - 1);

		if (held[at] != NO_PAGE) {
			hooked_free(held[at], orders[at]);
			held[at] = NO_PAGE;
		} else {
			orders[at] = seed >> 24 & 3;
			held[at] = hooked_alloc(orders[at]);
		}
		if (current_cpu == 0 && round % 64 == 0)
			drain_now_and_then();
	}
	return NULL;
}

int main(int count, char **words)
{
	struct buddycheck_pool told = {256, 6, 0x1000, 1, 0, {{0x1000, 0x1003}}, {{0, 0}}};
	pthread_t cpus[CPUS];
	unsigned long i;

	rounds = count > 1 ? strtoul(words[1], NULL, 10) : 1000;
	pool_init(told.base_pfn, told.pages, told.max_order);
	buddycheck_each_run(&told, pool_add);
	buddycheck_record_pool(&told, "kernel", 4096);
	for (i = 0; i < CPUS; i++)
		pthread_create(&cpus[i], NULL, run_cpu, (void *)i);
	for (i = 0; i < CPUS; i++)
		pthread_join(cpus[i], NULL);
	drain_now_and_then();
	return 0;
}
