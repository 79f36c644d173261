/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The physical memory of a cell, as it really was: rows of pieces over the same addresses, one row for each thing that
 * can be said of them. Pure. Bytes, half-open; within a row pieces ascend.
 */
#ifndef KHO_REPORT_CELL_MAP_H
#define KHO_REPORT_CELL_MAP_H

#include "harness/model/result.h"
#include "harness/report/read_autopsy.h"

enum kho_map_row {
	KHO_MAP_MEMORY,	  /* nodes; what is between them is no memory */
	KHO_MAP_SCRATCH,  /* what the first kernel set aside */
	KHO_MAP_KEPT,	  /* what it preserved for the payload */
	KHO_MAP_LOADED,	  /* where kexec put the successor */
	KHO_MAP_RESERVED, /* what the successor's memblock had given away as it died, or as it had booted */
	KHO_NR_MAP_ROWS
};

struct kho_map_piece {
	enum kho_map_row row;
	uint64_t start, end;
	int node;   /* Linux's number; -1: not known, or nobody's */
	char *name; /* "node 0", "scratch: lowmem", "kernel" */
};

struct kho_cell_map {
	uint64_t end;	/* of all addresses that are drawn, from 0 on */
	GArray *pieces; /* of struct kho_map_piece, row by row */
};

/* @autopsy: NULL where its memory was not read. */
struct kho_cell_map *kho_cell_map_new(const struct kho_result *result, const struct kho_read_autopsy *autopsy);
void kho_cell_map_free(struct kho_cell_map *map);
typedef struct kho_cell_map KhoCellMap;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoCellMap, kho_cell_map_free)

const char *kho_map_row_text(enum kho_map_row row); /* "scratch" */

/* For a terminal, to be freed: a bar for each row, and below it what each letter stands for. */
char *kho_cell_map_text(const struct kho_cell_map *map, guint width);

/* For the page: {"end":N,"rows":[{"name":"memory","pieces":[[start,end,node,"name"],...]},...]}, to be freed. */
char *kho_cell_map_json(const struct kho_cell_map *map);

#endif
