/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scratch spec: the value of kho_scratch=, either "N%" or
 * "lowmem,global,pernode" with the suffixes that the kernel's memparse() takes.
 *
 * Mirrors kho_parse_scratch_size() of Linux 6.18 to 7.3: what it would refuse is refused here.
 */
#ifndef KHO_MODEL_SCRATCH_SPEC_H
#define KHO_MODEL_SCRATCH_SPEC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct kho_scratch_spec {
	char *text; /* as written; part of the cell's id and of the command line */
	bool percent;
	uint32_t scale;			  /* percent of what memblock had reserved for the kernel */
	uint64_t lowmem, global, pernode; /* bytes */
};

/* Errors are KHO_ERROR_INPUT; the message names the text and what is wrong, without a file. */
struct kho_scratch_spec *kho_scratch_spec_parse(const char *text, GError **error);
struct kho_scratch_spec *kho_scratch_spec_copy(const struct kho_scratch_spec *spec);
void kho_scratch_spec_free(struct kho_scratch_spec *spec);
typedef struct kho_scratch_spec KhoScratchSpec;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoScratchSpec, kho_scratch_spec_free)

#endif
