/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traces of early boot in a data set. Cells of one machine have nearly the same trace: that of another command line
 * differs in the two requests for a copy of it. So a few traces of each machine are kept whole, the bases, and the
 * others as what is different in them. Pure.
 */
#ifndef KHO_REPORT_DATASET_TRACE_H
#define KHO_REPORT_DATASET_TRACE_H

#include <glib.h>
#include <stdbool.h>

#define KHO_TRACE_LINES_MAX 65537 /* its head, and as many events as trace_file.h takes */

/* The first of its name, or "NAME+2" and so on: no topology is called so. To be freed. */
char *kho_dataset_name(const char *name, guint number);
bool kho_dataset_name_valid(const char *name);

/* A line that is another one than its base's. */
struct kho_trace_line {
	guint number; /* from 1 on */
	char *text;
};

/* A trace, as the difference from a base. */
struct kho_trace_delta {
	char *base;	  /* its name */
	GPtrArray *lines; /* of struct kho_trace_line *, ascending; empty: it is the base */
};

/* Those of one machine; the first of the most frequent is the first base. */
struct kho_trace_set {
	char *machine;
	GHashTable *texts; /* guint: how often, by char * */
	GPtrArray *bases;  /* after kho_trace_set_end(): of char *, texts; borrowed from the table */
};

struct kho_trace_set *kho_trace_set_new(const char *machine);
void kho_trace_set_free(struct kho_trace_set *set);

/* Counts a trace's text. */
void kho_trace_set_add(struct kho_trace_set *set, const char *text);

/* Finds the bases; the same whatever the order in which traces came. */
void kho_trace_set_end(struct kho_trace_set *set);

/* The name of a base: that of the machine; "MACHINE+2" and so on for the others. To be freed. */
char *kho_trace_set_name(const struct kho_trace_set *set, guint base);

/* A trace that was added, as a difference. */
struct kho_trace_delta *kho_trace_set_delta(const struct kho_trace_set *set, const char *text);

struct kho_trace_delta *kho_trace_delta_new(const char *base);
void kho_trace_delta_add(struct kho_trace_delta *delta, guint number, const char *text);
void kho_trace_delta_free(struct kho_trace_delta *delta);
typedef struct kho_trace_delta KhoTraceDelta;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoTraceDelta, kho_trace_delta_free)

/* The trace's text, from that of its base; to be freed. NULL: the base has no such line, or lines are not ascending. */
char *kho_trace_delta_apply(const struct kho_trace_delta *delta, const char *base);

#endif
