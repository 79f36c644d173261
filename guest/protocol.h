/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every word that the guest and the harness exchange, in one place.
 *
 * To the guest: words on the kernel's command line. Both kernels ignore them, as
 * parameters of a module that does not exist.
 *
 * From the guest: records, a line each, on a serial port of their own:
 *
 *	@kho RUN STAGE NUMBER TYPE key=value key=value ... #CRC
 *
 * RUN is the cell's run id, so that nothing of another run is ever believed. NUMBER counts
 * from 0 in each stage without a gap, so that a lost record is seen. CRC is the CRC-32 of all
 * before " #", in eight hexadecimal digits, so that a cut-off record is seen. Values are printable
 * ASCII; everything else, and '%', '=' and '#', is written as %XX.
 * A stage is complete when its KHO_TYPE_END has come.
 */
#ifndef KHO_GUEST_PROTOCOL_H
#define KHO_GUEST_PROTOCOL_H

#include <stdint.h>
#include <stddef.h>

/* --- to the guest --- */
#define KHO_WORD_RUN	   "kho_matrix.run="	   /* 16 hexadecimal digits */
#define KHO_WORD_STAGE	   "kho_matrix.stage="	   /* KHO_STAGE_* */
#define KHO_WORD_SUCCESSOR "kho_matrix.successor=" /* the successor's command line, as %XX text */
#define KHO_WORD_SHELL	   "kho_matrix.shell="	   /* 1: a busybox shell on the console instead of the probe */
#define KHO_WORD_CONTROL   "kho_matrix.control="   /* KHO_CONTROL_WORD_*: this is no cell but a control */
#define KHO_WORD_KEEP \
	"kho_matrix.keep=" /* BYTES:KHO_KEEP_*:SEED:NODE, what to preserve beside the proof; NODE -1: any */
#define KHO_WORD_INITRD "kho_matrix.initrd=" /* bytes to put behind the successor's initrd */
#define KHO_WORD_FAULT	"kho_matrix.fault="  /* KHO_FAULT_*: to prove the harness's detectors */

#define KHO_KEEP_BLOCK	  "block"    /* in one piece */
#define KHO_KEEP_EACH_GIB "each-gib" /* BYTES in each block of 1 GiB */
#define KHO_KEEP_RANDOM	  "random"   /* in pieces of 2 MiB */

#define KHO_STAGE_FIRST	    "first"
#define KHO_STAGE_SUCCESSOR "successor"

/* To the first kernel: KHO is off in both, and it is to enter the successor all the same. */
#define KHO_CONTROL_WORD_OFF "kho-off"

/* Faults planted into init, before it says anything but where it is said otherwise. */
#define KHO_FAULT_HANG	"hang"	/* loops for ever */
#define KHO_FAULT_WAIT	"wait"	/* waits for ever for what never comes */
#define KHO_FAULT_PANIC "panic" /* PID 1 ends: the kernel panics */
#define KHO_FAULT_EXIT	"exit"	/* powers off without a word */
#define KHO_FAULT_CUT	"cut"	/* stops in the middle of its first record, then loops */
#define KHO_FAULT_RESET "reset" /* resets the machine without a word */

/* --- from the guest --- */
#define KHO_RECORD_MAGIC "@kho"
#define KHO_RECORD_MAX	 4096 /* bytes of a line, its newline included */
#define KHO_RUN_LENGTH	 16

/* Both stages */
#define KHO_TYPE_HELLO	 "hello"   /* init runs: release= */
#define KHO_TYPE_ERROR	 "error"   /* what= errno= : the stage ends here */
#define KHO_TYPE_END	 "end"	   /* the stage said all it has to say */
#define KHO_TYPE_RANGE	 "range"   /* node= start= end= : early memory node range, bytes */
#define KHO_TYPE_MISSING "missing" /* what= why= : could not be read, so not guessed */

/* The first kernel */
#define KHO_TYPE_KHO		 "kho"		   /* state= reason= finalize= */
#define KHO_TYPE_GEOMETRY	 "geometry"	   /* struct_page= page= pmd= pages_per_section= vmemmap= */
#define KHO_TYPE_SCRATCH	 "scratch"	   /* index= start= size= : bytes */
#define KHO_TYPE_KERNEL_STATE	 "kernel-state"	   /* name= : not-run, skipped, done */
#define KHO_TYPE_KERNEL_GEOMETRY "kernel-geometry" /* as geometry, from the patched kernel */
#define KHO_TYPE_KERNEL_RESULT	 "kernel-result"   /* insufficient= worst= section_map= */
#define KHO_TYPE_KERNEL_NODE	 "kernel-node"	   /* id= map_count= required= usable= insufficient= */
#define KHO_TYPE_GUEST_RESULT	 "guest-result"	   /* the same, computed by the probe */
#define KHO_TYPE_GUEST_NODE	 "guest-node"
#define KHO_TYPE_WARNING	 "warning"	/* text= : a line of the kernel's log about scratch */
#define KHO_TYPE_PRESERVED	 "preserved"	/* method= bytes= */
#define KHO_TYPE_PRESERVED_AT	 "preserved-at" /* start= size= : bytes; of what lies in memfds, all of it or none */
#define KHO_TYPE_LOAD		 "load"		/* status=ok, or errno= name= */
/* The first kernel's KHO_TYPE_END means: the next thing is reboot(2) into the successor. */

/* The successor */
#define KHO_TYPE_REVIVED "revived" /* state= reason= */
#define KHO_TYPE_INTACT	 "intact"  /* method= state= reason= bytes= */

/* Values */
#define KHO_KHO_ON	    "on"
#define KHO_KHO_OFF	    "off"
#define KHO_YES		    "yes"
#define KHO_NO		    "no"
#define KHO_OK		    "ok"
#define KHO_METHOD_LUO	    "luo"      /* a memfd through the Live Update Orchestrator */
#define KHO_METHOD_KEEP	    "keep"     /* what the payload wants kept: more memfds */
#define KHO_METHOD_TEST_KHO "test_kho" /* folios of the kernel's own lib/test_kho.c */

/* CRC-32 (IEEE 802.3, reflected), as in zlib. */
static inline uint32_t kho_crc32(const char *bytes, size_t length)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

#endif
