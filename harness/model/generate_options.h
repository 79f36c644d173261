/* SPDX-License-Identifier: GPL-2.0-only */
/* What topologies to generate: the arguments of kho-topology-gen. */
#ifndef KHO_MODEL_GENERATE_OPTIONS_H
#define KHO_MODEL_GENERATE_OPTIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define KHO_GENERATE_MAX 10000 /* topologies in one go */

/* The smallest node and the smallest machine of the random strategy: below this, no kernel boots. */
#define KHO_RANDOM_UNIT	   (64ULL << 20)
#define KHO_RANDOM_MACHINE (512ULL << 20)

enum kho_strategy {
	KHO_STRATEGY_NONE,
	KHO_STRATEGY_GRID,
	KHO_STRATEGY_PAIRWISE,
	KHO_STRATEGY_RANDOM,
	KHO_STRATEGY_EDGE,
	KHO_STRATEGY_REAL,
	KHO_NR_STRATEGIES
};

struct kho_generate_options {
	enum kho_strategy strategy;

	/* grid: all combinations of these */
	GArray *nodes;	 /* of uint64_t: numbers of nodes */
	GArray *sizes;	 /* of uint64_t: bytes of a node */
	bool cpus_each;	 /* a CPU on every node ... */
	bool cpus_first; /* ... or on node 0 only, or both, one after the other */
	bool uneven;	 /* each combination also with an uneven share */

	/* random */
	uint64_t seed;
	uint64_t count;
	uint64_t max_nodes;
	uint64_t max_memory; /* bytes of a machine */
	bool placed;	     /* memory anywhere, windows, reserved ranges */

	/* real */
	uint64_t scale; /* a part of this many of a machine's memory */

	const char *given[KHO_NR_STRATEGIES]; /* an option that was given and is for that strategy only; or NULL */
};

const char *kho_strategy_text(enum kho_strategy strategy); /* "grid" */

/* With the defaults. */
struct kho_generate_options *kho_generate_options_new(void);
void kho_generate_options_free(struct kho_generate_options *options);
typedef struct kho_generate_options KhoGenerateOptions;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoGenerateOptions, kho_generate_options_free)

/* Sets --@name to @value, which is NULL for --uneven and --placed. Errors are KHO_ERROR_INPUT. */
bool kho_generate_options_set(struct kho_generate_options *options, const char *name, const char *value,
			      GError **error);

/* Do they go together? Errors are KHO_ERROR_INPUT. */
bool kho_generate_options_check(const struct kho_generate_options *options, GError **error);

/* All that decides what is generated, as arguments, to be freed by the caller. */
char *kho_generate_options_arguments(const struct kho_generate_options *options);

#endif
