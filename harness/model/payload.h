/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A payload: what the first kernel hands over beyond a little memory that proves the handover, and how the successor is
 * started. Written behind the scratch spec of a cell's id, its items in this order, joined by '+':
 *
 *	console			the successor can be heard from its first line on
 *	keep=SIZE		SIZE of memory is preserved, in one piece as far as the kernel has one
 *	keep=SIZE,node=N	likewise, on Linux's node N
 *	keep=SIZE,each-gib	SIZE in each block of 1 GiB of the machine's (or the node's) memory
 *	keep=SIZE,random=SEED	SIZE in pieces of 2 MiB, at places that follow from SEED
 *	initrd=SIZE		the successor's initrd is that much larger
 *	gigantic=N		the successor is to set N huge pages of 1 GiB aside while it boots
 *	crashkernel=SIZE	the successor reserves SIZE for a crash kernel
 *	fake=N			the successor splits its memory into N nodes (numa=fake=)
 *
 * so that "console+keep=2M,each-gib" is one. None of it is "default".
 */
#ifndef KHO_MODEL_PAYLOAD_H
#define KHO_MODEL_PAYLOAD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define KHO_PAYLOAD_DEFAULT "default"
#define KHO_PAYLOAD_CONSOLE "console"

#define KHO_PAYLOAD_CHUNK (2ULL << 20) /* bytes: a piece of memory that is kept at random */

enum kho_scatter {
	KHO_SCATTER_BLOCK,
	KHO_SCATTER_EACH_GIB,
	KHO_SCATTER_RANDOM,
};

struct kho_payload {
	bool early_console;
	uint64_t keep; /* bytes; 0: nothing but what proves the handover */
	enum kho_scatter scatter;
	uint32_t seed;		     /* of KHO_SCATTER_RANDOM */
	int node;		     /* Linux's number; -1: on any */
	uint64_t initrd;	     /* bytes behind the successor's initrd */
	uint64_t crashkernel;	     /* bytes; 0: none */
	unsigned int gigantic, fake; /* 0: none */
};

/*
 * "default" or the text behind the '+' of a cell's id. A payload has one spelling: items in another order, twice, or
 * sizes like 1024K are refused. False: KHO_ERROR_INPUT.
 */
bool kho_payload_parse(const char *text, struct kho_payload *payload, GError **error);

/* What the successor's kernel is told because of it: words, each with a blank before it; or "". To be freed. */
char *kho_payload_words(const struct kho_payload *payload);

/* Does it change what happens in the successor before it knows what is preserved (up to 7.2)? Then no estimator that
 * lays out a default boot knows what it does. What is only kept does not, nor does a larger initrd by itself: both are
 * in what the first kernel says of the load. */
bool kho_payload_changes_boot(const struct kho_payload *payload);

#endif
