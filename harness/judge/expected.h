/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expected/KERNEL.txt: what each cell of a kernel is known to do, a line each:
 *
 *	two-even/16M,128M,32M      survived       insufficient  FP
 *
 * cell id without its kernel, outcome, answer of the sparsemem estimator, verdict. Sorted as the
 * matrix is; '#' starts a comment line. Made for diffs and for review, renewed by a run.
 */
#ifndef KHO_JUDGE_EXPECTED_H
#define KHO_JUDGE_EXPECTED_H

#include "harness/model/result.h"

struct kho_expected {
	char *path;
	bool exists;
	GPtrArray *ids;	   /* of char *, in the file's order */
	GHashTable *lines; /* of struct kho_expectation * by id (without its kernel) */
};

/* A file that does not exist is an empty one. A bad one is KHO_ERROR_INPUT, "FILE:LINE: what is wrong". */
struct kho_expected *kho_expected_load(const char *directory, const char *kernel, GError **error);
struct kho_expected *kho_expected_parse(const char *path, const char *text, GError **error);
void kho_expected_free(struct kho_expected *expected);
typedef struct kho_expected KhoExpected;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoExpected, kho_expected_free)

/* Sets the result's expectation and standing. */
void kho_expected_compare(const struct kho_expected *expected, struct kho_result *result);

/* Sets the standing of a result that was judged again, beside the expectation that it was recorded with. */
void kho_expected_again(struct kho_result *result);

/*
 * Takes over what a result shows. False: it shows nothing that could be expected (it or a control of its machine was
 * lost or not run to its end, or its places or its repeats disagree), and the line stays as it was.
 */
bool kho_expected_renew(struct kho_expected *expected, const struct kho_result *result);

/*
 * Controls are to survive. One that is known not to, as of a kernel that turns KHO off on such a machine, has a line;
 * its cells stay excluded. Renewing adds the line of one that failed, and removes that of one that survived.
 */
void kho_expected_renew_control(struct kho_expected *expected, const struct kho_result *control);
void kho_expected_compare_control(const struct kho_expected *expected, struct kho_result *control);
bool kho_expected_control_is_known(const struct kho_result *control); /* it did what was expected of it */

/* The file's text. */
char *kho_expected_format(const struct kho_expected *expected);

#endif
