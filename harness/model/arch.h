/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs by a guest's architecture, in one place: QEMU's program and machine, the ports, the words for the
 * kernel, and where memory begins. Pure.
 */
#ifndef KHO_MODEL_ARCH_H
#define KHO_MODEL_ARCH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct kho_arch {
	const char *name; /* as kernels are named: "x86_64" */
	const char *qemu; /* the program, to be looked up in PATH */
	const char *qemu_package;
	const char *console;	   /* the kernel's name of serial port 0, with its speed */
	const char *early_console; /* the word that lets it be heard from the first line on */
	const char *words;	   /* more words for either kernel, each with a blank before it; or "" */
	/*
	 * The machine is a "pc" (pc_layout.h), whose topologies may be placed; otherwise a "virt", all of whose memory
	 * is one block, in the nodes' order, from @memory_start (bytes) on.
	 */
	bool is_pc;
	uint64_t memory_start;
};

extern const struct kho_arch kho_arch_x86_64, kho_arch_arm64;

/* By the end of a kernel's name: "7.3-arm64". Any other end than those known is x86-64. */
const struct kho_arch *kho_arch_of(const char *kernel);

#endif
