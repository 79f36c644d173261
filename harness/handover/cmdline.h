/* SPDX-License-Identifier: GPL-2.0-only */
/* The command lines of both kernels. Pure. */
#ifndef KHO_HANDOVER_CMDLINE_H
#define KHO_HANDOVER_CMDLINE_H

#include "harness/model/cell.h"

#define KHO_CMDLINE_MAX	      2048 /* COMMAND_LINE_SIZE of x86-64 and arm64, with its NUL */
#define KHO_CMDLINE_NO_FOLIOS "initcall_blacklist=kho_test_init"

struct kho_cmdline_config {
	const struct kho_cell *cell;
	const char *run;	     /* 16 hexadecimal digits */
	const char *first_extra;     /* more words for the first kernel, or NULL */
	const char *successor_extra; /* more words for the successor, or NULL */
	bool no_folios;		     /* test_kho preserves nothing: the successor's could not check it */
};

/* The first kernel's command line, which carries the successor's. Too long a one is KHO_ERROR_INPUT. */
char *kho_cmdline_first(const struct kho_cmdline_config *config, GError **error);
char *kho_cmdline_successor(const struct kho_cmdline_config *config);

/* What Linux must be told of a machine whose memory has holes or is reserved: words, each with a blank before it; or
 * "". */
char *kho_cmdline_memory_words(const struct kho_topology *topology);

#endif
