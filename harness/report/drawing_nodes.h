/* SPDX-License-Identifier: GPL-2.0-only */
/* The table below a drawing: what each node's memory map needs, and what scratch it has. Pure. */
#ifndef KHO_REPORT_DRAWING_NODES_H
#define KHO_REPORT_DRAWING_NODES_H

#include "harness/report/drawing.h"

#define KHO_DRAWING_SECTION (128ULL << 20) /* bytes of memory: x86-64's, where no kernel has said otherwise */
#define KHO_DRAWING_MAP	    (KHO_DRAWING_SECTION / 64) /* bytes of memory map for them: 64 for each page of 4 KiB */

/* What is drawn. A view: it owns nothing. */
struct kho_drawing_facts {
	const struct kho_topology *topology;
	const struct kho_layout *scratch; /* NULL: none */
	const struct kho_drawing_style *style;
	const GArray *stretches; /* of stretches.h */
	const GArray *runs;	 /* of struct kho_map_run, in the kernel's order */
};

/* A row for each node, and one for all; of many that are alike, one. */
void kho_drawing_nodes(GString *text, const struct kho_drawing_facts *facts);

#endif
