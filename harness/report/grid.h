/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's cells by place: topologies are rows, scratch specs columns, both in the matrix's order. Pure. */
#ifndef KHO_REPORT_GRID_H
#define KHO_REPORT_GRID_H

#include "harness/model/result.h"

struct kho_grid {
	const struct kho_run *run;     /* not owned */
	GPtrArray *topologies, *specs; /* of const char *, the cells' */
	GHashTable *rows, *columns;    /* their places, plus 1 */
	GHashTable *squares;	       /* what kho_grid_cells() finds */
	guint filled;		       /* squares with a cell */
};

/* Of the kernel (or pair) that is called @kernel. To be cleared. */
void kho_grid_fill(struct kho_grid *grid, const struct kho_run *run, const char *kernel);
void kho_grid_clear(struct kho_grid *grid);

/* Is it worth a table? Where most squares would be empty, each topology is better listed with its own specs. */
bool kho_grid_is_dense(const struct kho_grid *grid);

/*
 * Places in the run's results (guint) of the cells in a square, which differ in payload; NULL: it is empty. The grid's.
 */
const GArray *kho_grid_cells(const struct kho_grid *grid, guint row, guint column);

/* "TP"; for what is excluded the first letters of why: "lr" for load-rejected. To be freed. */
char *kho_grid_letters(const char *verdict);

#endif
