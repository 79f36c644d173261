/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest reported in both stages of a cell, put together record by record.
 * Pure: it reads what was received and never a process.
 */
#ifndef KHO_HANDOVER_REPORT_H
#define KHO_HANDOVER_REPORT_H

#include "estimator/memory_ranges.h"
#include "harness/handover/console.h"
#include "harness/handover/record.h"
#include "harness/model/prediction.h"

enum kho_tristate {
	KHO_UNKNOWN, /* not reported (yet) */
	KHO_FALSE,
	KHO_TRUE
};

/* One stage's course. */
struct kho_stage_report {
	bool hello, end;
	unsigned int next; /* number of the next record */
	char *release;	   /* of the kernel, uname -r */
	char *error;	   /* the stage gave up: "what: errno" */
};

struct kho_report {
	char *run;   /* the run id that is expected */
	char *fault; /* the first thing that was wrong with the records; NULL: nothing was */

	struct kho_stage_report first, successor;

	/* the first kernel */
	enum kho_tristate kho_on;
	char *kho_reason;
	bool have_geometry;
	struct kho_geometry geometry;
	GArray *ranges;		      /* of struct kho_memory_range */
	GArray *scratch;	      /* of struct kho_scratch_area */
	GArray *events;		      /* of struct kho_early_event, all of them or none */
	GArray *segments;	      /* of struct kho_segment, all of them or none */
	GPtrArray *missing;	      /* of char *, "what: why" */
	GPtrArray *warnings;	      /* of char *: the kernel's messages about scratch */
	struct kho_prediction kernel; /* from the patched kernel's debugfs file */
	struct kho_prediction guest;
	bool have_kernel_geometry;
	struct kho_geometry kernel_geometry;
	GPtrArray *preserved; /* of char *: methods */
	GArray *preserved_at; /* of struct kho_scratch_area: where what is preserved lies; may be empty */
	char *load;	      /* "ok", the name of an errno, or NULL: not tried */

	/* the successor */
	GArray *successor_ranges; /* of struct kho_memory_range */
	enum kho_tristate revived;
	char *revived_reason;
	uint64_t kept;	       /* bytes of it that the payload asked for */
	GPtrArray *intact;     /* of char *: methods whose memory came through */
	GPtrArray *not_intact; /* of char *: "method: reason" */
	uint64_t kept_intact;  /* bytes of the payload that came through */
};

struct kho_report *kho_report_new(const char *run);
void kho_report_free(struct kho_report *report);
typedef struct kho_report KhoReport;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoReport, kho_report_free)

/*
 * Takes a line from the record channel. A line that is not a whole record of this run in its right
 * place is remembered as the report's fault, once, and otherwise ignored.
 */
void kho_report_take(struct kho_report *report, const char *line);

/*
 * Takes over what the first kernel's console showed of its early boot and of what it loaded, if that is whole. Where
 * there is a handover, what is not is named as missing.
 */
void kho_report_take_console(struct kho_report *report, const struct kho_console *console);

/* What the first kernel preserved and the successor did not find: methods, or bytes; "" if nothing. To be freed. */
char *kho_report_payload_missing(const struct kho_report *report);

/* Everything that the first kernel preserved came through, and that was not nothing. */
bool kho_report_payload_intact(const struct kho_report *report);

#endif
