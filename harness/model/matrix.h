/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A matrix: a set of cells. Its file (YAML, docs/matrices.md) lists groups; the cells of
 * a group are all combinations of its topologies, scratch specs and payloads with its
 * kernels, or with the matrix's where it names none. A kernel may be a pair, "FIRST>SUCCESSOR".
 *
 *	description: what this matrix is for
 *	kernels: [6.19-x86_64]
 *	groups:
 *	  - topologies: [one, two-even]
 *	    kho_scratch: ["16M,16M,16M", "200%"]
 */
#ifndef KHO_MODEL_MATRIX_H
#define KHO_MODEL_MATRIX_H

#include "harness/model/cell.h"

struct kho_matrix {
	char *name;	    /* the file's name without directory and .yaml */
	char *description;  /* one line; "" where the file has none */
	GPtrArray *kernels; /* of char *, names or pairs, in the file's order, without repeats: its own, then those of
			       groups */
	GPtrArray *topologies; /* of struct kho_topology *, owned */
	GPtrArray *cells;      /* of struct kho_cell *, in the file's order, owned; ids are unique */
};

/*
 * Reads a matrix file. A topology is named by its file's name without .yaml and looked up in
 * @topology_dir. @kernel, when not NULL, stands in for the file's list of kernels.
 * A cell that is listed twice is an error, as is everything that leaves no cell at all.
 * Errors are KHO_ERROR_INPUT, "FILE:LINE: what is wrong".
 */
struct kho_matrix *kho_matrix_load(const char *path, const char *topology_dir, const char *kernel, GError **error);
void kho_matrix_free(struct kho_matrix *matrix);
typedef struct kho_matrix KhoMatrix;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoMatrix, kho_matrix_free)

#endif
