/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for a boundary: the smallest value on an axis (axis.h) with which a handover survives. Pure: it only says
 * which values to try next, and whoever asks tries them, in a machine or on paper, and says what was seen.
 *
 * Values are whole numbers of steps. What is expected of them, from below to above, each part of which may be missing:
 *
 *	the load is rejected | fails | survives | KHO turns itself off
 *	                             ^ the edge
 *
 * but nothing relies on it. A value survives if it survived each time. The search narrows down, to neighbours, both the
 * lowest survivor and the lowest value above which all seen survive; where the two differ, survival is not monotonic.
 * Both sides of the edge are then tried again, and values further away as well, to find out whether they are where
 * they seem to be: what was never tried cannot be told.
 */
#ifndef KHO_JUDGE_BOUNDARY_H
#define KHO_JUDGE_BOUNDARY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/model/outcome.h"

/* What a try with a value showed. */
enum kho_shown {
	KHO_SHOWN_NOTHING,  /* it is void; tried once more, and then left at that */
	KHO_SHOWN_REJECTED, /* the load was: what is loaded does not fit into scratch */
	KHO_SHOWN_FAILED,
	KHO_SHOWN_SURVIVED,
	KHO_SHOWN_DISABLED, /* KHO turned itself off: scratch could not be set aside */
	KHO_NR_SHOWN
};

enum kho_shown kho_shown_by(enum kho_outcome_name outcome);

struct kho_boundary_config {
	uint64_t low, high;   /* values that may be tried: from 1 to UINT64_MAX - 1, both included */
	unsigned int repeats; /* how often both sides of the edge are tried, at least once */
	unsigned int width;   /* how many values are best tried side by side, at least one */
	unsigned int survey;  /* how many values below the edge, and above it, are looked at beside it */
	bool have_guess;
	uint64_t guess; /* the smallest survivor, if somebody has an idea; speeds it up, and is not believed */
};

/* A value that was tried. */
struct kho_boundary_point {
	uint64_t value;
	unsigned int seen[KHO_NR_SHOWN]; /* how often */
};

/* Two values with nothing between them, or only what is void. */
struct kho_boundary_edge {
	bool have_below, have_at; /* false: there is no such value in the range */
	uint64_t below;		  /* does not survive */
	uint64_t at;		  /* survives */
};

struct kho_boundary_result {
	struct kho_boundary_edge first; /* at: the lowest survivor */
	struct kho_boundary_edge last;	/* at: a survivor, and so are all that were tried above it */
	bool monotonic;			/* no value that was tried above a survivor does not survive */
	bool agree;			/* no value did different things when it was tried again */
	bool have_rejected, have_disabled;
	uint64_t rejected; /* so far up all loads were rejected */
	uint64_t disabled; /* from here on KHO turned itself off each time */
	unsigned int tries;
};

struct kho_boundary *kho_boundary_new(const struct kho_boundary_config *config);
void kho_boundary_free(struct kho_boundary *boundary);
typedef struct kho_boundary KhoBoundary;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoBoundary, kho_boundary_free)

/*
 * The values (uint64_t) to try next, in any order, a value as often as it is listed; empty: that was all. To be freed
 * with g_array_unref(). The same until something was seen.
 */
GArray *kho_boundary_next(const struct kho_boundary *boundary);

/* @value is in the range; it need not be one that was asked for. */
void kho_boundary_see(struct kho_boundary *boundary, uint64_t value, enum kho_shown shown);

/* What is known so far, also of a search that was not finished. */
void kho_boundary_result(const struct kho_boundary *boundary, struct kho_boundary_result *result);

/* All that were tried, of struct kho_boundary_point, ascending; not owned. */
const GArray *kho_boundary_points(const struct kho_boundary *boundary);

/* Did it do different things? */
bool kho_boundary_point_flaky(const struct kho_boundary_point *point);

#endif
