/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel asked of memblock in its early boot: an event for each call that changes it, in order. It is what
 * `memblock=debug` prints (mm/memblock.c, 6.18 to 7.3), request and answer put together.
 */
#ifndef KHO_ESTIMATOR_EARLY_EVENT_H
#define KHO_ESTIMATOR_EARLY_EVENT_H

#include "port.h"

#define KHO_CALLER_MAX 32 /* bytes of a caller's name, its NUL included; longer ones are cut off */
#define KHO_ANY_NODE   (-1)

enum kho_early_kind {
	KHO_EARLY_FOUND,   /* [base, base + size) was reserved, with flags, when memblock was first shown: before the
			      trace */
	KHO_EARLY_INITRD,  /* [base, base + size): where the kernel found its initrd */
	KHO_EARLY_ALLOC,   /* wanted: size, align, [from, to), nid, exact; got: base, in flags */
	KHO_EARLY_RESERVE, /* [base, base + size), nid, flags */
	KHO_EARLY_FREE,	   /* [base, base + size) */
	KHO_EARLY_ADD,	   /* [base, base + size) of memory, nid */
	KHO_EARLY_REMOVE,  /* [base, base + size) of memory */
	KHO_EARLY_DOUBLE,  /* memblock's own array of size entries now, at base */
	KHO_NR_EARLY_KINDS
};

struct kho_early_event {
	enum kho_early_kind kind;
	bool exact;  /* no other node will do */
	bool traced; /* the request itself was printed; otherwise only its reservation, and align, from and to are not
			known */
	int nid;     /* KHO_ANY_NODE: none */
	unsigned int flags;	     /* memblock's, of a reservation */
	u64 size, align;	     /* bytes */
	u64 from, to;		     /* to: as the kernel has it, 0 and 1 stand for "the current limit" */
	u64 base;		     /* 0: an allocation that failed */
	char caller[KHO_CALLER_MAX]; /* the function that asked */
};

#endif
