/* SPDX-License-Identifier: GPL-2.0-only */
/* A cell that is named on the command line: KERNEL[>SUCCESSOR]/TOPOLOGY/KHO_SCRATCH[+PAYLOAD]. */
#ifndef KHO_COMMAND_ONE_CELL_H
#define KHO_COMMAND_ONE_CELL_H

#include "harness/command/options.h"

/* The words of such an id. */
struct kho_id_words {
	char *kernel, *successor, *topology, *scratch;
	char *payload; /* as it is spelt; well-formed */
};

/*
 * Fills @words, to be cleared also after an error. @kernel, or else the one that the environment names (KERNEL_TREE,
 * KERNEL_DIR), stands in for that of the id. The scratch is any text. Errors are KHO_ERROR_INPUT.
 */
bool kho_id_words_split(const char *id, const char *kernel, struct kho_id_words *words, GError **error);
void kho_id_words_clear(struct kho_id_words *words);

struct kho_one_cell {
	struct kho_paths *paths;
	struct kho_topology *topology;
	GPtrArray *cells; /* of struct kho_cell *, one */
	struct kho_campaign_config config;
};

/* Errors are KHO_ERROR_INPUT for the id. @options must outlive the result. */
struct kho_one_cell *kho_one_cell_find(const struct kho_options *options, const char *id, GError **error);
/* The same, with the topology in @file, whose name the id has; NULL: in topologies/. */
struct kho_one_cell *kho_one_cell_find_in(const struct kho_options *options, const char *id, const char *file,
					  GError **error);
void kho_one_cell_free(struct kho_one_cell *one);
typedef struct kho_one_cell KhoOneCell;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoOneCell, kho_one_cell_free)

/*
 * The body of a subcommand that takes exactly one id: parses the options, finds the cell, and runs
 * @run on it.
 */
enum kho_exit kho_one_cell_command(int argc, char **argv, const char *summary,
				   enum kho_exit (*run)(const struct kho_one_cell *one));

#endif
