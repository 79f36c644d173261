/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manifest of a recorded cell: what ran, from which files, and what was seen. It lies beside those files as
 * manifest.yaml, so that the directory can be run again anywhere. Pure; the parser trusts nothing.
 */
#ifndef KHO_REPORT_MANIFEST_H
#define KHO_REPORT_MANIFEST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/model/outcome.h"

#define KHO_MANIFEST_NAME   "manifest.yaml"
#define KHO_MANIFEST_FORMAT 1 /* raised when a key changes its meaning or goes */

enum kho_recorded_file {
	KHO_RECORDED_KERNEL,	/* what boots */
	KHO_RECORDED_INITRAMFS, /* of the first kernel, the successor inside */
	KHO_RECORDED_TOPOLOGY,
	KHO_RECORDED_VMLINUX, /* the successor's, for symbols: may be absent, and elsewhere (an absolute path) */
	KHO_NR_RECORDED_FILES
};

struct kho_manifest_file {
	char *name; /* a plain name in the manifest's directory; NULL: there is none */
	uint64_t size;
	char *sha256; /* 64 hexadecimal digits */
};

/* Texts are one printable line each and never NULL after parsing: "" where nothing is known. */
struct kho_manifest {
	char *cell; /* id */
	char *kernel, *successor, *topology, *kho_scratch, *payload;
	char *first_release, *successor_release;
	char *first_append, *successor_append; /* more words for the command lines */
	char *run;			       /* id of the recorded run, 16 hexadecimal digits */
	char *command_line;		       /* the first kernel's, the successor's inside */
	char *accel;			       /* "tcg" or "kvm" */
	char *qemu_version;		       /* first line of --version */
	char *estimator;		       /* the first kernel carries it: "yes" or "no" */
	char *reason;
	enum kho_outcome_name outcome;
	struct kho_manifest_file files[KHO_NR_RECORDED_FILES];
};

/* The file's text, to be freed. Control characters in texts become spaces or '?'. */
char *kho_manifest_format(const struct kho_manifest *manifest);

/* Errors are KHO_ERROR_INPUT, "PATH:LINE: what is wrong". */
struct kho_manifest *kho_manifest_parse(const char *path, const char *text, gsize length, GError **error);
struct kho_manifest *kho_manifest_load(const char *path, GError **error);
void kho_manifest_free(struct kho_manifest *manifest);
typedef struct kho_manifest KhoManifest;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoManifest, kho_manifest_free)

/* "kernel", for messages. */
const char *kho_recorded_file_text(enum kho_recorded_file file);

/*
 * Do two reasons say the same? Times ("after 4.2 s") and addresses (16 hexadecimal digits) are not compared: they
 * are of the one run.
 */
bool kho_manifest_same_reason(const char *one, const char *other);

#endif
