/* SPDX-License-Identifier: GPL-2.0-only */
/* about.yaml of a data set: what its cells ran on, and how they were made. Pure; the parser trusts nothing. */
#ifndef KHO_REPORT_DATASET_ABOUT_H
#define KHO_REPORT_DATASET_ABOUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define KHO_DATASET_FORMAT 1 /* raised when a key of one of its files changes its meaning or goes */

/* Texts are one printable line each and never NULL after parsing: "" where nothing is known. */
struct kho_dataset_about {
	char *kernel, *successor;		 /* names */
	char *first_release, *successor_release; /* uname -r */
	char *source_sha256, *key;		 /* of the first kernel's source and build, as kernel.info has them */
	char *estimator;			 /* the first kernel carries it: "yes" or "no" */
	char *accel;				 /* "tcg" or "kvm" */
	char *qemu_version;			 /* first line of --version */
	char *cpu;				 /* what QEMU was given as -cpu */
	char *first_run, *last_run;		 /* when they started: UTC, ISO 8601 */
	char *matrix;				 /* names of the runs' matrices */
	char *command;				 /* what made them */
	uint64_t cells, recordings;		 /* that are in it: so that a cell that got lost is missed */
};

/* The file's text, to be freed. NULL texts are written as "". */
char *kho_dataset_about_format(const struct kho_dataset_about *about);

/* Errors are KHO_ERROR_INPUT, "PATH:LINE: what is wrong". */
struct kho_dataset_about *kho_dataset_about_parse(const char *path, const char *text, gsize length, GError **error);
void kho_dataset_about_free(struct kho_dataset_about *about); /* NULL is fine */
typedef struct kho_dataset_about KhoDatasetAbout;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoDatasetAbout, kho_dataset_about_free)

/* What differs between the machines of two data sets, so that they cannot be one: the key's name; NULL: nothing. */
const char *kho_dataset_about_differ(const struct kho_dataset_about *one, const struct kho_dataset_about *other);

#endif
