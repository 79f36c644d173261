// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/forecast_text.h"

#include <inttypes.h>

#include "harness/judge/paper_difference.h"
#include "harness/model/kexec_segments.h"
#include "harness/report/text.h"

#define MIB (1ULL << 20)

/* "12.5 MiB", "24 KiB" */
static char *size_text(u64 bytes)
{
	if (bytes && bytes < MIB)
		return g_strdup_printf("%" PRIu64 " KiB", (uint64_t)(bytes + 1023) / 1024);
	return kho_text_mib(bytes);
}

static void add_place(GString *text, const char *what, const char *name, u64 start, u64 size, const char *where)
{
	g_autofree char *sized = size_text(size);

	g_string_append_printf(text, "  %-9s  %-12s  %10s", what, name, sized);
	if (size)
		g_string_append_printf(text, " at 0x%" PRIx64, (uint64_t)start);
	if (where)
		g_string_append_printf(text, ", in %s", where);
	g_string_append_c(text, '\n');
}

static void add_scratch(GString *text, const struct kho_layout *layout)
{
	for (size_t i = 0; i < layout->nr_scratch; i++) {
		g_autofree char *name = kho_area_name(layout, i);

		add_place(text, i ? "" : "scratch", name, layout->scratch[i].start, layout->scratch[i].size, NULL);
	}
}

static char *area_of(const struct kho_layout *layout, u64 address)
{
	for (size_t i = 0; i < layout->nr_scratch; i++)
		if (address >= layout->scratch[i].start && address - layout->scratch[i].start < layout->scratch[i].size)
			return kho_area_name(layout, i);
	return NULL;
}

static void add_segments(GString *text, const struct kho_layout *layout)
{
	for (size_t i = 0; i < layout->nr_segments; i++) {
		const struct kho_segment *segment = &layout->segments[i];
		g_autofree char *area = area_of(layout, segment->start);

		add_place(text, i ? "" : "loaded", kho_segment_kind_text(segment->kind), segment->start, segment->size,
			  area);
	}
}

static char *why(const struct kho_prediction *prediction)
{
	g_autofree char *left = kho_text_mib(prediction->left_bytes);
	g_autofree char *reason = kho_text_clean(prediction->reason);

	if (prediction->note)
		return kho_text_clean(prediction->note);
	if (!prediction->reason && prediction->answer == KHO_ANSWER_INSUFFICIENT)
		return kho_text_prediction(prediction);
	if (prediction->have_left)
		return g_strdup_printf("%s%s%s of scratch left", reason, *reason ? "; " : "", left);
	return g_steal_pointer(&reason);
}

static void add_predictions(GString *text, const struct kho_forecast *forecast)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		const struct kho_prediction *prediction = &forecast->predictions[i];
		g_autofree char *reason = why(prediction);

		g_string_append_printf(text, "  %-9s  %-12s", kho_estimator_text(i),
				       kho_answer_text(prediction->answer));
		if (*reason)
			g_string_append_printf(text, "  %s", reason);
		g_string_append_c(text, '\n');
	}
}

static void add_checks(GString *text, const GPtrArray *checks)
{
	for (guint i = 0; i < checks->len; i++) {
		const struct kho_forecast_check *check = g_ptr_array_index(checks, i);
		g_autofree char *against = kho_text_clean(check->against);

		g_string_append_printf(text, "  really     %s %s\n",
				       check->differences->len ? "differs:" : "the same:", against);
		for (guint d = 0; d < check->differences->len; d++)
			g_string_append_printf(text, "             %s\n",
					       (const char *)g_ptr_array_index(check->differences, d));
	}
}

char *kho_forecast_text(const struct kho_forecast *forecast)
{
	const struct kho_layout *layout = kho_paper_layout(forecast->paper);
	g_autofree char *took = kho_text_decimal(forecast->seconds * 1000, 1);
	g_autofree char *origin = kho_text_clean(forecast->origin);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s, modelled in %s ms: %s\n", forecast->id, took, origin);
	add_scratch(text, layout);
	add_segments(text, layout);
	if (kho_paper_reason(forecast->paper))
		g_string_append_printf(text, "  %s\n", kho_paper_reason(forecast->paper));
	else
		add_predictions(text, forecast);
	add_checks(text, forecast->checks);
	return g_string_free(text, FALSE);
}
