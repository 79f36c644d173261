/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel's log with memblock=debug (mm/memblock.c, 6.18 to 7.3), read line by line into the events of its early boot,
 * up to the point where a first kernel reserves its scratch. Pure; the log is not trusted.
 */
#ifndef KHO_MODEL_EARLY_TRACE_H
#define KHO_MODEL_EARLY_TRACE_H

#include <glib.h>
#include <stdbool.h>

#include "estimator/early_event.h"

#define KHO_EARLY_EVENTS_MAX  65536
#define KHO_EARLY_ADDRESS_MAX (1ULL << 52) /* no architecture has more physical memory */
#define KHO_EARLY_NODES_MAX   1024	   /* NODES_SHIFT is at most 10 */

struct kho_early_trace {
	GArray *events;	    /* of struct kho_early_event */
	bool complete;	    /* it ended where scratch is reserved: only then may it be used */
	char *fault;	    /* the first thing that was wrong with it, so that it is void; NULL: nothing was */
	unsigned int dumps; /* of memblock's tables so far */
	bool asked;	    /* the last event is a request without an answer yet */

	/* of the first table of what is reserved */
	bool counted;	  /* it says how many entries it has */
	uint64_t entries; /* so many */
	uint64_t found;	  /* those seen */
};

struct kho_early_trace *kho_early_trace_new(void);
void kho_early_trace_free(struct kho_early_trace *trace);
typedef struct kho_early_trace KhoEarlyTrace;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoEarlyTrace, kho_early_trace_free)

/*
 * Takes a line, with or without "[    0.000000] " before it. Lines about other things are passed over; one that is
 * almost about memblock makes the trace void.
 */
void kho_early_trace_take(struct kho_early_trace *trace, const char *line);

/* The log shows that memblock was done: a kernel without KHO does not say so itself. */
void kho_early_trace_end(struct kho_early_trace *trace);

/* Is the line there only because of memblock=debug? Some of them are behind the trace's end. */
bool kho_early_trace_owns(const char *line);

/* Why the trace must not be used (to be freed), or NULL. */
char *kho_early_trace_problem(const struct kho_early_trace *trace);

/* Can a kernel have done that? Whoever reads events from outside asks, so that no sum of an event's numbers overflows.
 */
bool kho_early_event_valid(const struct kho_early_event *event);

#endif
