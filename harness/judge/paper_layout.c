// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/paper_layout.h"

#include <inttypes.h>

#include "estimator/first_boot.h"
#include "harness/judge/layout_of.h"
#include "harness/model/error.h"
#include "harness/model/kexec_segments.h"
#include "harness/model/size.h"

struct kho_paper {
	enum kho_paper_end end;
	enum kho_scratch_lack lack;
	char *reason;
	GArray *scratch;  /* of struct kho_scratch_area */
	GArray *segments; /* of struct kho_segment */
	struct kho_layout layout;
};

static const char *const ends[] = {
	[KHO_PAPER_DISABLED] = "kho-disabled",
	[KHO_PAPER_REJECTED] = "load-rejected",
	[KHO_PAPER_NOT_LOADED] = "not-loaded",
	[KHO_PAPER_LOADED] = "loaded",
};

const char *kho_paper_end_text(enum kho_paper_end end)
{
	return ends[end];
}

enum kho_paper_end kho_paper_end(const struct kho_paper *paper)
{
	return paper->end;
}

enum kho_scratch_lack kho_paper_lack(const struct kho_paper *paper)
{
	return paper->lack;
}

const char *kho_paper_reason(const struct kho_paper *paper)
{
	return paper->reason;
}

const struct kho_layout *kho_paper_layout(const struct kho_paper *paper)
{
	return &paper->layout;
}

void kho_paper_free(struct kho_paper *paper)
{
	g_array_unref(paper->scratch);
	g_array_unref(paper->segments);
	g_free(paper->reason);
	g_free(paper);
}

/* --- scratch --- */

static struct kho_scratch_wish wish_of(const struct kho_scratch_spec *spec)
{
	return (struct kho_scratch_wish){
		.percent = spec->percent,
		.scale = spec->scale,
		.lowmem = spec->lowmem,
		.global = spec->global,
		.pernode = spec->pernode,
	};
}

static char *lack_text(const struct kho_scratch_plan *plan)
{
	g_autofree char *size = kho_size_format(plan->wanted);

	switch (plan->lack) {
	case KHO_SCRATCH_LACKS_NOTHING:
		break;
	case KHO_SCRATCH_LACKS_LIST:
		return g_strdup("KHO turns itself off: there is no room for its list of scratch areas");
	case KHO_SCRATCH_LACKS_LOWMEM:
		return g_strdup_printf("KHO turns itself off: no %s in one piece below 4 GiB for lowmem scratch", size);
	case KHO_SCRATCH_LACKS_GLOBAL:
		return g_strdup_printf("KHO turns itself off: no %s in one piece for global scratch", size);
	case KHO_SCRATCH_LACKS_NODE:
		return g_strdup_printf("KHO turns itself off: no %s in one piece on node %d for its scratch", size,
				       plan->node);
	}
	return NULL;
}

/* Fills paper->scratch. */
static bool reserve(struct kho_paper *paper, const struct kho_scratch_spec *spec, struct kho_mb *mb, GError **error)
{
	const struct kho_scratch_wish wish = wish_of(spec);
	size_t nr_nodes = paper->layout.nr_nodes;
	struct kho_scratch_plan plan;

	g_array_set_size(paper->scratch, kho_scratch_plan_count(mb, nr_nodes));
	kho_scratch_plan_make(mb, nr_nodes, &wish, (struct kho_scratch_area *)paper->scratch->data, &plan);
	g_array_set_size(paper->scratch, plan.nr_areas);
	if (mb->state != KHO_MB_GOOD) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "the model of memblock does not know what happens with '%s'", spec->text);
		return false;
	}
	paper->lack = plan.lack;
	paper->reason = lack_text(&plan);
	paper->end = paper->reason ? KHO_PAPER_DISABLED : KHO_PAPER_NOT_LOADED;
	return true;
}

/* The first boot, and scratch. */
static bool boot(struct kho_paper *paper, const struct kho_scratch_spec *spec, GError **error)
{
	g_autofree struct kho_mb_region *memory = NULL, *reserved = NULL;
	size_t nr_memory, nr_reserved;
	const char *missing;
	struct kho_mb mb;

	kho_first_boot_workspace(&paper->layout, &nr_memory, &nr_reserved);
	memory = g_new(struct kho_mb_region, nr_memory);
	reserved = g_new(struct kho_mb_region, nr_reserved);
	missing = kho_first_boot_run(&paper->layout, memory, reserved, &mb);
	if (missing) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "scratch cannot be laid out on paper: %s", missing);
		return false;
	}
	return reserve(paper, spec, &mb, error);
}

/* --- segments --- */

GArray *kho_paper_requests(const struct kho_result *known)
{
	GArray *requests = g_array_new(FALSE, TRUE, sizeof(struct kho_load_request));

	for (guint i = 0; i < known->segments->len; i++) {
		const struct kho_segment *segment = &g_array_index(known->segments, struct kho_segment, i);
		struct kho_load_request request =
			kho_load_request_of(segment->kind, segment->size, &KHO_LOAD_KERNEL_X86_64);

		g_array_append_val(requests, request);
	}
	return requests;
}

static char *rejection(const struct kho_load_request *request)
{
	return g_strdup_printf("kexec_file_load is rejected: no area of scratch has room for the %" PRIu64
			       " KiB of the %s in one piece",
			       (uint64_t)(request->size + 1023) / 1024, kho_segment_kind_text(request->kind));
}

/* The list has an entry for each area, however many the recorded machine had. */
static void load(struct kho_paper *paper, const GArray *requests)
{
	g_autoptr(GArray) wanted = g_array_copy((GArray *)requests);
	struct kho_load_request *list = (struct kho_load_request *)wanted->data;
	size_t placed;

	for (guint i = 0; i < wanted->len; i++)
		if (list[i].kind == KHO_SEGMENT_SCRATCH_LIST)
			list[i].size = (uint64_t)paper->scratch->len * KHO_SCRATCH_ENTRY;
	g_array_set_size(paper->segments, wanted->len);
	placed = kho_load_place((const struct kho_scratch_area *)paper->scratch->data, paper->scratch->len,
				paper->layout.geometry.page_size, list, wanted->len,
				(struct kho_segment *)paper->segments->data);
	if (placed == wanted->len) {
		paper->end = KHO_PAPER_LOADED;
		return;
	}
	paper->end = KHO_PAPER_REJECTED;
	paper->reason = rejection(&list[placed]);
	g_array_set_size(paper->segments, 0);
}

/* --- both --- */

static void show(struct kho_paper *paper)
{
	paper->layout.scratch = (const struct kho_scratch_area *)paper->scratch->data;
	paper->layout.nr_scratch = paper->scratch->len;
	paper->layout.segments = (const struct kho_segment *)paper->segments->data;
	paper->layout.nr_segments = paper->segments->len;
}

static struct kho_paper *paper_new(void)
{
	struct kho_paper *paper = g_new0(struct kho_paper, 1);

	paper->scratch = g_array_new(FALSE, TRUE, sizeof(struct kho_scratch_area));
	paper->segments = g_array_new(FALSE, TRUE, sizeof(struct kho_segment));
	return paper;
}

struct kho_paper *kho_paper_new_loading(const struct kho_result *known, const struct kho_scratch_spec *spec,
					const GArray *requests, GError **error)
{
	g_autoptr(KhoPaper) paper = paper_new();
	const char *lacking;

	lacking = kho_layout_of_machine(known, &paper->layout);
	if (lacking) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "scratch cannot be laid out on paper: %s", lacking);
		return NULL;
	}
	if (!boot(paper, spec, error))
		return NULL;
	if (paper->end == KHO_PAPER_NOT_LOADED && requests->len)
		load(paper, requests);
	show(paper);
	return g_steal_pointer(&paper);
}

struct kho_paper *kho_paper_new_as_is(const struct kho_result *known, const GArray *requests, GError **error)
{
	g_autoptr(KhoPaper) paper = paper_new();
	const char *lacking = kho_layout_of(known, &paper->layout);

	if (lacking) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "scratch as it is tells nothing: %s", lacking);
		return NULL;
	}
	paper->end = KHO_PAPER_NOT_LOADED;
	g_array_append_vals(paper->scratch, known->scratch->data, known->scratch->len);
	if (requests->len)
		load(paper, requests);
	show(paper);
	return g_steal_pointer(&paper);
}

struct kho_paper *kho_paper_new(const struct kho_result *known, const struct kho_scratch_spec *spec, GError **error)
{
	g_autoptr(GArray) requests = kho_paper_requests(known);

	return kho_paper_new_loading(known, spec, requests, error);
}
