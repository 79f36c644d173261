/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine's physical memory, drawn as one would on a whiteboard: low addresses first. Pure. */
#ifndef KHO_REPORT_DRAWING_H
#define KHO_REPORT_DRAWING_H

#include "estimator/layout.h"
#include "harness/model/topology.h"

/* What the paper can do. */
struct kho_drawing_style {
	unsigned int width; /* characters of a line; it takes 60 at least */
	bool lines;	    /* UTF-8, with lines to draw boxes; false: ASCII */
	bool colours;
};

/* Good for any file and any terminal. */
#define KHO_DRAWING_PLAIN ((struct kho_drawing_style){ .width = 80 })

/*
 * To be freed. @scratch: a layout of the machine, on paper or real, whose scratch and segments are drawn as well, with
 * what they leave of it; or NULL. Nodes have Linux's numbers.
 */
char *kho_drawing_text(const struct kho_topology *topology, const struct kho_layout *scratch,
		       const struct kho_drawing_style *style);

#endif
