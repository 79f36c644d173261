/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A handover laid out on paper: where a machine of which one first boot is known would put its scratch, and kexec the
 * successor, with any other kho_scratch=. Pure.
 */
#ifndef KHO_JUDGE_PAPER_LAYOUT_H
#define KHO_JUDGE_PAPER_LAYOUT_H

#include "estimator/kexec_load.h"
#include "estimator/scratch_plan.h"
#include "harness/model/result.h"

/* How far it goes. */
enum kho_paper_end {
	KHO_PAPER_DISABLED,   /* KHO turns itself off: there is no scratch, and no handover */
	KHO_PAPER_REJECTED,   /* kexec_file_load(2) fails: there is scratch, but no handover */
	KHO_PAPER_NOT_LOADED, /* there is scratch; what would be loaded is not known */
	KHO_PAPER_LOADED      /* there is scratch, and the successor is loaded */
};

struct kho_paper;

/*
 * Lays out @known with @spec. Of @known, only the machine and its first boot count: geometry, ranges, events, and how
 * large the segments were that it loaded; its own scratch and where they lay do not. @known must outlive the answer.
 * Errors are KHO_ERROR_INPUT and say what is missing.
 */
struct kho_paper *kho_paper_new(const struct kho_result *known, const struct kho_scratch_spec *spec, GError **error);

/* The same, with what is to be loaded, of struct kho_load_request, in the kernel's order; the list of scratch comes
 * first. */
struct kho_paper *kho_paper_new_loading(const struct kho_result *known, const struct kho_scratch_spec *spec,
					const GArray *requests, GError **error);
/* The scratch that @known really has, and where @requests would be loaded in it. Errors as above: it has none. */
struct kho_paper *kho_paper_new_as_is(const struct kho_result *known, const GArray *requests, GError **error);
void kho_paper_free(struct kho_paper *paper);
typedef struct kho_paper KhoPaper;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoPaper, kho_paper_free)

enum kho_paper_end kho_paper_end(const struct kho_paper *paper);

/* What KHO turns itself off for. */
enum kho_scratch_lack kho_paper_lack(const struct kho_paper *paper);

/* What is lacking, in one line; NULL where nothing is. */
const char *kho_paper_reason(const struct kho_paper *paper);

/*
 * What estimators get to see. Without scratch where KHO is off, without segments where they are not known or not all of
 * them found a place.
 */
const struct kho_layout *kho_paper_layout(const struct kho_paper *paper);

/* What @known loaded, of struct kho_load_request, to be freed; empty: not known. */
GArray *kho_paper_requests(const struct kho_result *known);

const char *kho_paper_end_text(enum kho_paper_end end); /* "load-rejected" */

#endif
