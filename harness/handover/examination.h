/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The examination of a machine that seems to be at its end: it is stopped and read, and then it is either over, or goes
 * on for a while and is examined again.
 */
#ifndef KHO_HANDOVER_EXAMINATION_H
#define KHO_HANDOVER_EXAMINATION_H

#include "harness/handover/classify.h"
#include "harness/handover/watch.h"

struct kho_examination;

/* Everything is borrowed for the examination's life. */
struct kho_examination_config {
	struct kho_qmp *qmp;
	struct kho_peek *peek;
	const struct kho_vmlinux *vmlinux; /* of the successor */
	const struct kho_watch *watch;
	const struct kho_report *report;
	const struct kho_console *console;
	/* Comes from the main loop, at the end of every kho_examination_start(), when there is nothing more to read. */
	void (*done)(void *data);
	void *data;
};

struct kho_examination *kho_examination_new(const struct kho_examination_config *config);
void kho_examination_free(struct kho_examination *examination); /* After the QMP client. NULL is fine. */

/*
 * @end: why the machine was stopped. Of a survivor the memory map is looked at, of all others everything. What was
 * found before is forgotten.
 */
void kho_examination_start(struct kho_examination *examination, enum kho_end end);

/* Lets the machine go on. What was found is forgotten. */
void kho_examination_resume(struct kho_examination *examination);

/* What was found; NULL: nothing was. */
struct kho_autopsy *kho_examination_autopsy(const struct kho_examination *examination);
GArray *kho_examination_memory_map(const struct kho_examination *examination); /* of struct kho_map_node */

/* The log says the same again and again. */
bool kho_examination_log_repeats(const struct kho_examination *examination);

#endif
