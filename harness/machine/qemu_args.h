/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's arguments for a machine. Pure: nothing here starts a process or touches a file.
 *
 * On x86-64 the machine is an i440fx ("pc"): its memory has one hole, from 3 to 4 GiB, where q35 would have it from 2
 * GiB on. On arm64 it is a "virt". Serial port 0 is the console, a second one carries the records (on arm64, whose
 * machine has but one, behind PCI), and QMP has a channel of its own.
 */
#ifndef KHO_MACHINE_QEMU_ARGS_H
#define KHO_MACHINE_QEMU_ARGS_H

#include <stdbool.h>

#include "harness/model/arch.h"
#include "harness/model/topology.h"

/*
 * MiB of translated code; when it is full, QEMU drops all of it and starts over. Handovers measured with 16 to 1024
 * take the same time, and QEMU's default of 1024 only lets machines grow.
 */
#define KHO_QEMU_TB_SIZE_MIB 32

enum kho_channel_kind {
	KHO_CHANNEL_NONE,   /* the port is there, what the guest writes goes nowhere; QMP is left out */
	KHO_CHANNEL_FD,	    /* a connected stream socket that QEMU inherits as descriptor @fd */
	KHO_CHANNEL_PIPE,   /* the writing end of a pipe that QEMU inherits as descriptor @fd (not for QMP) */
	KHO_CHANNEL_STDIO,  /* QEMU's own standard input and output */
	KHO_CHANNEL_FILE,   /* written to @path (not for QMP) */
	KHO_CHANNEL_SOCKET, /* QEMU listens on the unix socket @path and does not wait for a client */
};

struct kho_channel {
	enum kho_channel_kind kind;
	int fd;
	const char *path;
};

struct kho_machine_channels {
	struct kho_channel console;
	struct kho_channel records;
	struct kho_channel qmp;
};

/* Everything is borrowed. */
struct kho_machine_config {
	const struct kho_arch *arch;
	const struct kho_topology *topology; /* at least one CPU; no node without both memory and CPUs */
	const char *qemu_binary;	     /* NULL: the architecture's, from PATH */
	const char *kernel_image;	     /* or NULL */
	const char *initrd;		     /* or NULL */
	const char *cmdline;		     /* or NULL */
	/*
	 * The files with these tables, where the topology is placed, and where it also has distances. QEMU takes a
	 * colon in such a name for the end of it.
	 */
	const char *srat, *slit;
	bool kvm;	     /* else TCG */
	bool gigantic_pages; /* the CPU has pages of 1 GiB, which an emulated x86-64 CPU has only if it is told */
	/*
	 * A guest that shuts down or resets is paused instead of ending QEMU (the event SHUTDOWN tells
	 * why), so that its memory can still be read. Needs QMP: nothing else ends such a QEMU.
	 */
	bool pause_at_end;
	const char *gdb_socket; /* QEMU listens there for a debugger; NULL: it does not */
	struct kho_machine_channels channels;
};

/* Does its memory take more than 40 bits of addresses, which is what the CPU that is emulated has unless told
 * otherwise? */
bool kho_qemu_is_vast(const struct kho_topology *topology);

/* argv for QEMU, program name included, to be freed with g_strfreev(). */
char **kho_qemu_args(const struct kho_machine_config *config);

/*
 * The same machine as a shell script for a person, to be freed by the caller: the console on
 * standard input and output, the records in ./records.log, QMP on the socket ./qmp.sock;
 * the channels, pause_at_end and gdb_socket of @config are not used.
 */
char *kho_qemu_command(const struct kho_machine_config *config);

/* Only the words behind the program's name, each option on a line of its own; the records go to @records. To be freed.
 */
char *kho_qemu_command_words(const struct kho_machine_config *config, const char *records);

#endif
