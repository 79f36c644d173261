/* SPDX-License-Identifier: GPL-2.0-only */
/* What was seen of a cell. */
#ifndef KHO_MODEL_OUTCOME_H
#define KHO_MODEL_OUTCOME_H

#include <glib.h>
#include <stdbool.h>

enum kho_outcome_name {
	KHO_OUTCOME_LOST, /* first, so that whatever was never set is not a success */
	KHO_OUTCOME_FIRST_BOOT_FAILED,
	KHO_OUTCOME_KHO_DISABLED,
	KHO_OUTCOME_LOAD_REJECTED,
	KHO_OUTCOME_NOT_HANDED_OVER,
	KHO_OUTCOME_HUNG,
	KHO_OUTCOME_PANICKED,
	KHO_OUTCOME_RESET,
	KHO_OUTCOME_SURVIVED,
	KHO_NR_OUTCOMES
};

/* How far a cell came. */
enum kho_stage {
	KHO_STAGE_POWER_ON,	  /* nothing heard yet */
	KHO_STAGE_FIRST_INIT,	  /* the first kernel's init runs */
	KHO_STAGE_HANDOVER,	  /* the first kernel said its last word and enters the successor */
	KHO_STAGE_SUCCESSOR_BOOT, /* the successor's console speaks */
	KHO_STAGE_SUCCESSOR_INIT, /* the successor's init runs */
	KHO_STAGE_DONE,		  /* the successor said all it had to say */
	KHO_NR_STAGES
};

/* What backs the memory map of one of a survivor's nodes. Bytes. */
struct kho_map_node {
	unsigned int node;
	guint64 map_bytes;     /* of memory map that is mapped */
	guint64 fallen_bytes;  /* ... that should have been in one piece, and is not */
	guint64 page_bytes;    /* ... in 4 KiB pages */
	guint64 foreign_bytes; /* ... on other nodes */
	guint64 lost_bytes;    /* of memory that has no map, and so is lost */
};

struct kho_outcome {
	enum kho_outcome_name name;
	enum kho_stage stage;
	char *reason;		   /* one line; never NULL once the cell has ended */
	char *detail;		   /* what may differ from run to run, such as times; NULL: nothing */
	char *remark;		   /* what is wrong with a survivor; NULL: nothing, or it was not looked at */
	GArray *memory_map;	   /* of a survivor, of struct kho_map_node; NULL: not read */
	bool autopsied;		   /* its directory has an autopsy */
	double seconds;		   /* wall clock, power-on to verdict */
	double first_boot_seconds; /* guest time, power-on to the first init; 0: it never came */
	double verdict_seconds;	   /* wall clock, from the last look that saw no panic to the verdict; 0: no panic */
	double cpu_seconds;	   /* that the machine used on the host */
};

const char *kho_outcome_text(enum kho_outcome_name name); /* "survived" */
bool kho_outcome_from_text(const char *text, enum kho_outcome_name *name);
const char *kho_stage_text(enum kho_stage stage);
bool kho_stage_from_text(const char *text, enum kho_stage *stage);

/* Hung, panicked or reset: what an estimator has to warn of. */
bool kho_outcome_failed(enum kho_outcome_name name);

void kho_outcome_clear(struct kho_outcome *outcome);

#endif
