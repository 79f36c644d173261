/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a cell, which grows on its way: predictions, outcome, verdict, and what was expected. Of a control only
 * the outcome is ever filled in, and what its first kernel reported.
 */
#ifndef KHO_MODEL_RESULT_H
#define KHO_MODEL_RESULT_H

#include "estimator/layout.h"
#include "harness/model/cell.h"
#include "harness/model/outcome.h"
#include "harness/model/prediction.h"
#include "harness/model/shard.h"
#include "harness/model/verdict.h"

/* Estimators, each with predictions and a verdict of its own. */
enum kho_estimator {
	KHO_ESTIMATOR_SPARSEMEM, /* the one under test: kernel, guest and host have it */
	KHO_ESTIMATOR_AGGREGATE, /* the others: host only */
	KHO_ESTIMATOR_REPLAY,
	KHO_NR_ESTIMATORS
};

struct kho_estimate {
	struct kho_prediction places[KHO_NR_PLACES];
	char *disagreement; /* places contradict each other: an error of its own; NULL: they agree */
	struct kho_verdict verdict;
};

/* A cell's result beside its line in expected/. */
enum kho_standing {
	KHO_STANDING_UNLISTED, /* the kernel has no file in expected/: nothing to compare with */
	KHO_STANDING_SAME,     /* as expected, and the prediction was right or the cell is excluded */
	KHO_STANDING_KNOWN,    /* as expected: a known FP or FN, still there */
	KHO_STANDING_FIXED,    /* a known FP or FN has become a TP or TN */
	KHO_STANDING_NEW,      /* anything else: this is what fails a run */
	KHO_NR_STANDINGS
};

/* What a line in expected/ says, and what is compared. */
struct kho_expectation {
	enum kho_outcome_name outcome;
	enum kho_answer answer; /* of the sparsemem estimator */
	enum kho_verdict_name verdict;
};

#define KHO_SEEN_MAX 1000000

struct kho_result {
	const struct kho_cell *cell; /* not owned */
	bool ended;		     /* false: interrupted before it was over; everything else is void */
	/* by outcome: how often the cell was seen with it, where several runs are taken together; all 0: just once */
	guint seen[KHO_NR_OUTCOMES];
	guint repeat; /* which run of its cell it is: 0 the first, 1 its first repeat */
	struct kho_outcome outcome;
	struct kho_estimate estimates[KHO_NR_ESTIMATORS];
	enum kho_standing standing;
	bool have_expectation;
	struct kho_expectation expectation;
	/* by enum kho_control, those of its machine; not owned; NULL: not run. Of a control, all are. */
	const struct kho_result *controls[KHO_NR_CONTROLS];

	/* what the first kernel reported of itself */
	char *first_release; /* uname -r; NULL: never heard */
	char *successor_release;
	bool have_geometry;
	struct kho_geometry geometry;
	GArray *ranges;	     /* of struct kho_memory_range; may be empty */
	GArray *scratch;     /* of struct kho_scratch_area; may be empty */
	GArray *preserved;   /* of struct kho_scratch_area: where what it preserved lies; empty: not known */
	GArray *segments;    /* of struct kho_segment, in the order of loading; empty: not known */
	GArray *events;	     /* of struct kho_early_event, of the first kernel's boot; empty: not known */
	char *trace;	     /* the file that events are kept in, relative to the run's directory; NULL: none */
	GPtrArray *warnings; /* of char *: the kernel's messages about scratch */
	GPtrArray *missing;  /* of char *: what the probe could not read */
	char *unlike;	     /* a kernel saw another machine than the topology: what; NULL: none did */

	char *directory; /* of evidence, relative to the run's: "cells/<id>"; NULL: it was not kept */
};

struct kho_result *kho_result_new(const struct kho_cell *cell);
void kho_result_free(struct kho_result *result);

const char *kho_estimator_text(enum kho_estimator estimator); /* "sparsemem" */
const char *kho_standing_text(enum kho_standing standing);    /* "new" */
bool kho_estimator_from_text(const char *text, enum kho_estimator *estimator);
bool kho_standing_from_text(const char *text, enum kho_standing *standing);

/* The prediction that counts for the verdict: the kernel's if there is one, else the guest's, else the host's. */
const struct kho_prediction *kho_estimate_prediction(const struct kho_estimate *estimate);

/* Counts of verdicts. */
struct kho_confusion {
	guint tp, fp, tn, fn;
	GHashTable *excluded; /* guint (GUINT_TO_POINTER) by const char *, the reason */
};

/* A whole run. */
struct kho_run {
	char *started; /* UTC, ISO 8601 */
	double seconds;
	bool interrupted;
	char *matrix;	 /* its name */
	char *directory; /* results/<UTC time> */
	char *accel;	 /* "tcg" or "kvm" */
	char *qemu_version;
	guint jobs;
	struct kho_shard shard;		/* which part of its matrix it ran */
	GPtrArray *kernels;		/* of struct kho_run_kernel * */
	GPtrArray *controls;		/* of struct kho_result *: ran before all cells; empty: none did */
	GPtrArray *results;		/* of struct kho_result *, in the matrix's order */
	bool hidden[KHO_NR_ESTIMATORS]; /* not to be shown to a person */
};

struct kho_run_kernel {
	char *name;
	char *release, *source_hash, *key; /* may be NULL where not known */
	bool carries_estimator;
	bool have_expectations;
	struct kho_confusion confusion[KHO_NR_ESTIMATORS];
};

#endif
