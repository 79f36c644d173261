/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine to lay handovers out on paper for: one that was recorded, or one that never booted. */
#ifndef KHO_COMMAND_PAPER_MACHINE_H
#define KHO_COMMAND_PAPER_MACHINE_H

#include "harness/machine/paths.h"
#include "harness/model/result.h"

/* Everything is borrowed, and may be NULL but for the paths. */
struct kho_paper_options {
	const struct kho_paths *paths;
	const char *kernel;	 /* its name; NULL: the only one that has a reference */
	const char *like;	 /* a recording of that very machine, to be used instead of the reference */
	const char *image;	 /* a bzImage: what the successor will be */
	const char *kernel_size; /* bytes that the kernel wants, instead */
	const char *initrd_size; /* of the successor's initrd */
	const char *dmesg;	 /* for kho_paper_machine_live(): a file with the log of this machine */
};

/* What a command was given of these, to be cleared. */
struct kho_paper_words {
	char *kernel, *like, *image, *kernel_size, *initrd_size;
};

/* clang-format off */
/* An array of GOptionEntry for @words, whose end it has. */
#define KHO_PAPER_ENTRIES(words) { \
	{ "kernel", 'k', 0, G_OPTION_ARG_STRING, &(words)->kernel, "whose reference boot is scaled", "NAME" }, \
	{ "like", 0, 0, G_OPTION_ARG_FILENAME, &(words)->like, \
	  "a recorded run or data set that has this very machine: use its own boot", "RECORDED" }, \
	{ "image", 0, 0, G_OPTION_ARG_FILENAME, &(words)->image, \
	  "the successor's bzImage, instead of the one that the boot loaded", "FILE" }, \
	{ "kernel-size", 0, 0, G_OPTION_ARG_STRING, &(words)->kernel_size, \
	  "memory that the successor's kernel wants, instead (its init_size)", "SIZE" }, \
	{ "initrd-size", 0, 0, G_OPTION_ARG_FILENAME, &(words)->initrd_size, \
	  "the successor's initrd, or how large it is", "SIZE|FILE" }, \
	{ 0 }, \
}
/* clang-format on */

struct kho_paper_options kho_paper_options_of(const struct kho_paper_words *words, const struct kho_paths *paths);
void kho_paper_words_clear(struct kho_paper_words *words);

struct kho_paper_machine {
	struct kho_topology *topology;
	struct kho_cell *cell;	   /* the machine's, with any scratch */
	struct kho_result *result; /* its first boot */
	bool owned;		   /* result is not one of a recording's */
	char *origin;		   /* where that is from, in a few words */
	GArray *requests;	   /* of struct kho_load_request: what is loaded */
	GPtrArray *unknown;	   /* of char *: what is not known of it; NULL: nothing */
	GPtrArray *recordings;	   /* of struct kho_recording *, that all this may be from */
};

/*
 * The machine called @topology, or in the file of that name (it ends in ".yaml"). Errors are KHO_ERROR_INPUT.
 */
struct kho_paper_machine *kho_paper_machine_find(const struct kho_paper_options *options, const char *topology,
						 GError **error);
/* A machine that is no file's; its first boot is scaled. @topology is copied. Errors as above. */
struct kho_paper_machine *kho_paper_machine_of(const struct kho_paper_options *options,
					       const struct kho_topology *topology, GError **error);
/* The machine that this runs on. Errors as above. */
struct kho_paper_machine *kho_paper_machine_live(const struct kho_paper_options *options, GError **error);
/* The topology called @name, or in the file of that name. Errors as above. */
struct kho_topology *kho_paper_topology(const struct kho_paths *paths, const char *name, GError **error);
void kho_paper_machine_free(struct kho_paper_machine *machine);
typedef struct kho_paper_machine KhoPaperMachine;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoPaperMachine, kho_paper_machine_free)

#endif
