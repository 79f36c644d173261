/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watches a machine from the moment its first kernel enters the successor: whether the successor's log grows, whether
 * it has panicked, and if it is silent, whether it still gets anywhere. All of it is read out of the machine's memory
 * and registers, so a console is not needed.
 */
#ifndef KHO_HANDOVER_WATCH_H
#define KHO_HANDOVER_WATCH_H

#include "harness/handover/deadline.h"
#include "harness/handover/locate.h"
#include "harness/handover/stall.h"
#include "harness/machine/process.h"

enum kho_alarm {
	KHO_ALARM_PANIC, /* the successor's panic flag is set */
	KHO_ALARM_STALL, /* it gets nowhere: kho_watch_state() says how */
	KHO_ALARM_FLOOD, /* its log is many times as long as the first kernel's; comes once */
};

/* Where a CPU is that is in no function of the kernel. */
#define KHO_IN_USER_SPACE	  "user space"
#define KHO_BEFORE_THE_KERNEL	  "what comes before the kernel"
#define KHO_OUTSIDE_OF_THE_KERNEL "no function of the kernel"

/* Everything is borrowed for the watch's life. */
struct kho_watch_config {
	struct kho_peek *peek;
	struct kho_process *process;
	const struct kho_vmlinux *vmlinux; /* of the successor */
	const struct kho_course *course;
	/* From the main loop; may come again until the watch is held. */
	void (*alarm)(enum kho_alarm alarm, void *data);
	void *data;
};

struct kho_watch;

struct kho_watch *kho_watch_new(const struct kho_watch_config *config);
void kho_watch_free(struct kho_watch *watch); /* After the QMP client. NULL is fine. */

/* Remembers where the first kernel runs, so that it is not taken for the successor. Its init has spoken. */
void kho_watch_first(struct kho_watch *watch);

/* The successor was entered: from now on kho_watch_tick() looks at it. */
void kho_watch_enter(struct kho_watch *watch);

/* Several times a second, from the main loop. */
void kho_watch_tick(struct kho_watch *watch);

/* The machine was heard, on the console or by a record. */
void kho_watch_heard(struct kho_watch *watch);

/* Looks no more, or again: a machine that was silent before it was stopped is silent still. */
void kho_watch_hold(struct kho_watch *watch, bool hold);

/*
 * Whether silence means anything: the kernel that was expected was found in memory, the first one or the successor.
 * Else the vmlinux may be of another kernel, and only the deadline is left.
 */
bool kho_watch_can_tell(const struct kho_watch *watch);

/* Where the first kernel runs; NULL: not known. */
const struct kho_location *kho_watch_first_location(const struct kho_watch *watch);

/* Where the successor runs; NULL: not seen in its own page tables yet. */
const struct kho_location *kho_watch_location(const struct kho_watch *watch);

enum kho_stall_state kho_watch_state(const struct kho_watch *watch);
const char *kho_watch_function(const struct kho_watch *watch); /* as kho_stall_function() */

/* Wall seconds at which the successor was last seen without a panic. */
double kho_watch_calm(const struct kho_watch *watch);

#endif
