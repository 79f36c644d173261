/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shard: one of N parts of a matrix, run on a machine of its own. Which cells it has follows from the matrix alone,
 * so that shards need not know of each other. A machine's cells stay together, for each shard runs the controls of its
 * machines; only those of a machine that costs much more than an even part are cut. Pure.
 */
#ifndef KHO_MODEL_SHARD_H
#define KHO_MODEL_SHARD_H

#include <glib.h>
#include <stdbool.h>

#define KHO_SHARDS_MAX 10000

struct kho_shard {
	guint index; /* 1 to count */
	guint count; /* 0: this is no shard but the whole */
	/* of char *: the ids of all cells of the matrix, in its order. NULL where this is the whole. */
	GPtrArray *planned;
};

/* "I/N", from 1/1 on. False: KHO_ERROR_INPUT. */
bool kho_shard_parse(const char *text, struct kho_shard *shard, GError **error);

/*
 * Those of @cells (of const struct kho_cell *) that the shard has, in their order; borrowed. There may be none, where
 * there are more shards than work. Sets shard->planned.
 */
GPtrArray *kho_shard_cells(struct kho_shard *shard, const GPtrArray *cells);

void kho_shard_clear(struct kho_shard *shard);

#endif
