/* Per-CPU page lists in front of page_alloc.c. */
#ifndef PCP_H
#define PCP_H

#define CPUS 2u
#define BATCH 2u
#define LIST_MAX 4u

struct cpu_list {
	unsigned count;
	unsigned long pfns[LIST_MAX];
};

extern struct cpu_list cpu_lists[CPUS];
extern unsigned char is_cached[];

void pcp_init(void);
unsigned long pcp_alloc(unsigned cpu, unsigned order);
int pcp_free(unsigned cpu, unsigned long pfn, unsigned order);

#endif
