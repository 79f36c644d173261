/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run recorded, read back: from results.json, from journal.jsonl (what is left of a run that was killed), or
 * from the record.json of one cell. docs/results.md describes all three.
 *
 * Nobody vouches for these files: whatever is not as described is KHO_ERROR_INPUT, "FILE:LINE: cell 'ID': key: why".
 * Keys that are not known are passed over, as docs/results.md promises.
 */
#ifndef KHO_REPORT_RECORDING_H
#define KHO_REPORT_RECORDING_H

#include "harness/model/result.h"
#include "harness/report/dataset_about.h"

#define KHO_RECORDING_MOST (256UL << 20) /* bytes of a file */

struct kho_recording {
	char *path;	 /* the file */
	char *directory; /* the run's: what results name is relative to it */
	/*
	 * What the file does not say of the run is NULL, 0 or false. The results' cells have topologies that are only
	 * a name.
	 */
	struct kho_run *run;
	/* of a data set (dataset.h); NULL: it is none */
	struct kho_dataset_about *about;
	char *config; /* of the kernel: lines that set something */
	bool torn;    /* of a journal: its last line has no newline, and is void */
	/* what the run's results point to */
	GPtrArray *cells;      /* of struct kho_cell * */
	GPtrArray *topologies; /* of struct kho_topology * */
	GPtrArray *stand_ins;  /* of struct kho_result *: controls of which a cell tells only the outcome's name */
};

/*
 * By its name and content: a journal ends in .jsonl, a run has a schema_version, what is left is a cell. Also reads the
 * traces that the cells name.
 */
struct kho_recording *kho_recording_load(const char *path, GError **error);

/* The same from texts, without the traces. */
struct kho_recording *kho_recording_parse_run(const char *path, const char *text, gsize length, GError **error);
struct kho_recording *kho_recording_parse_cell(const char *path, const char *text, gsize length, GError **error);
struct kho_recording *kho_recording_parse_journal(const char *path, const char *text, gsize length, GError **error);

void kho_recording_free(struct kho_recording *recording);
typedef struct kho_recording KhoRecording;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoRecording, kho_recording_free)

/* For other readers: an empty recording, and its topology called @name, made at the first call. */
struct kho_recording *kho_recording_new(const char *path);
/* Reads the traces that its results name, each once; results with the same share it. */
bool kho_recording_load_traces(struct kho_recording *recording, GError **error);
const struct kho_topology *kho_recording_topology(struct kho_recording *recording, const char *name);

#endif
