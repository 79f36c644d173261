/* SPDX-License-Identifier: GPL-2.0-only */
/* What a campaign needs before its first machine starts; whatever is missing is found out here. */
#ifndef KHO_COMMAND_PREPARE_H
#define KHO_COMMAND_PREPARE_H

#include "harness/command/campaign.h"
#include "harness/judge/expected.h"
#include "harness/machine/backend.h"
#include "harness/machine/kernel.h"
#include "harness/model/result.h"

/* A kernel pair, ready to run. */
struct kho_pair {
	const struct kho_kernel *kernel, *successor;
	char *initramfs; /* of the first kernel */
	bool no_folios;	 /* their test_khos cannot check each other's sums: see sums_differ() */
	struct kho_expected *expected;
	struct kho_run_kernel *run_kernel; /* its part of the report */
};

struct kho_preparation {
	GPtrArray *kernels;  /* of struct kho_kernel * */
	GPtrArray *pairs;    /* of struct kho_pair * */
	GPtrArray *controls; /* of struct kho_cell *: those of the cells' machines, if they are to run */
	struct kho_backend *backend;
	struct kho_run *run; /* has no results yet */
	bool kvm;
	uint64_t memory;  /* bytes for all machines together */
	GHashTable *sums; /* char * by char *: SHA-256 of files, for the recorder */
};

/* Finds QEMU, builds kernels and images, reads expected/, checks memory, picks the accelerator. */
struct kho_preparation *kho_prepare(const struct kho_campaign_config *config, GError **error);
void kho_preparation_free(struct kho_preparation *preparation);

const struct kho_pair *kho_preparation_pair(const struct kho_preparation *preparation, const struct kho_cell *cell);

/* Does the cell run in KVM, rather than emulated? */
bool kho_preparation_kvm(const struct kho_preparation *preparation, const struct kho_cell *cell);

/* For commands that need QEMU as a child of theirs. False: KHO_ERROR_INPUT. */
bool kho_preparation_check_child(const struct kho_preparation *preparation, GError **error);

/* Bytes of host memory that a cell commits. */
uint64_t kho_preparation_memory(const struct kho_cell *cell);

/* Writes what the run showed into expected/. */
bool kho_preparation_renew_expected(const struct kho_preparation *preparation, const struct kho_run *run,
				    GError **error);

#endif
