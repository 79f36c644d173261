// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/csv.h"

#include <inttypes.h>
#include <string.h>

#include "harness/report/tally.h"
#include "harness/report/text.h"

/* --- fields; each but the first of a line is behind a comma --- */

static void add_text(GString *csv, const char *text)
{
	g_autofree char *clean = kho_text_clean(text);

	if (csv->len && csv->str[csv->len - 1] != '\n')
		g_string_append_c(csv, ',');
	if (!strpbrk(clean, ",\"") && !(*clean && strchr("=+-@", *clean))) {
		g_string_append(csv, clean);
		return;
	}
	g_string_append_c(csv, '"');
	if (strchr("=+-@", *clean))
		g_string_append_c(csv, '\'');
	for (const char *c = clean; *c; c++)
		g_string_append(csv, *c == '"' ? "\"\"" : (char[]){ *c, '\0' });
	g_string_append_c(csv, '"');
}

static void add_number(GString *csv, bool known, u64 number)
{
	g_string_append_c(csv, ',');
	if (known)
		g_string_append_printf(csv, "%" PRIu64, (uint64_t)number);
}

static void add_seconds(GString *csv, double seconds)
{
	g_autofree char *text = kho_text_decimal(seconds, 3);

	g_string_append_printf(csv, ",%s", seconds > 0 ? text : "");
}

/* --- columns --- */

static const char *const columns[] = { "id",	   "kernel",  "successor",   "topology",     "kho_scratch",  "payload",
				       "control",  "ended",   "outcome",     "stage",	     "reason",	     "remark",
				       "standing", "seconds", "cpu_seconds", "memory_bytes", "scratch_bytes" };
static const char *const estimator_columns[] = { "verdict",	 "excluded",	   "answer",	"node",
						 "usable_bytes", "required_bytes", "left_bytes" };

static void add_heading(GString *csv)
{
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		add_text(csv, columns[i]);
	for (int e = 0; e < KHO_NR_ESTIMATORS; e++)
		for (guint i = 0; i < G_N_ELEMENTS(estimator_columns); i++) {
			g_autofree char *name = g_strdup_printf("%s_%s", kho_estimator_text(e), estimator_columns[i]);

			add_text(csv, name);
		}
	g_string_append(csv, "\r\n");
}

static u64 memory_of(const struct kho_result *result)
{
	u64 sum = 0;

	for (guint i = 0; i < result->ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(result->ranges, struct kho_memory_range, i);

		sum += range->end - range->start;
	}
	return sum;
}

static u64 scratch_of(const struct kho_result *result)
{
	u64 sum = 0;

	for (guint i = 0; i < result->scratch->len; i++)
		sum += g_array_index(result->scratch, struct kho_scratch_area, i).size;
	return sum;
}

static void add_estimate(GString *csv, const struct kho_estimate *estimate, bool known)
{
	const struct kho_prediction *prediction = kho_estimate_prediction(estimate);
	bool worst = known && prediction->answer == KHO_ANSWER_INSUFFICIENT;

	add_text(csv, known ? kho_verdict_text(estimate->verdict.name) : "");
	add_text(csv, known && estimate->verdict.name == KHO_VERDICT_EXCLUDED ? estimate->verdict.excluded : "");
	add_text(csv, known ? kho_answer_text(prediction->answer) : "");
	add_number(csv, worst, prediction->node);
	add_number(csv, worst, prediction->usable_bytes);
	add_number(csv, worst, prediction->required_bytes);
	add_number(csv, known && prediction->have_left, prediction->left_bytes);
}

static void add_result(GString *csv, const struct kho_result *result)
{
	const struct kho_cell *cell = result->cell;
	bool control = cell->control != KHO_CONTROL_NONE, ended = result->ended;

	add_text(csv, cell->id);
	add_text(csv, cell->kernel);
	add_text(csv, cell->successor);
	add_text(csv, cell->topology->name);
	add_text(csv, cell->control == KHO_CONTROL_KHO_OFF ? "" : cell->scratch->text);
	add_text(csv, cell->payload);
	add_text(csv, control ? kho_control_text(cell->control) : "");
	add_text(csv, ended ? "true" : "false");
	add_text(csv, ended ? kho_outcome_text(result->outcome.name) : "");
	add_text(csv, ended ? kho_stage_text(result->outcome.stage) : "");
	add_text(csv, ended ? result->outcome.reason : "");
	add_text(csv, kho_tally_remark(result));
	add_text(csv, ended && !control ? kho_standing_text(result->standing) : "");
	add_seconds(csv, ended ? result->outcome.seconds : 0);
	add_seconds(csv, ended ? result->outcome.cpu_seconds : 0);
	add_number(csv, ended && result->ranges->len, memory_of(result));
	add_number(csv, ended && result->scratch->len, scratch_of(result));
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		add_estimate(csv, &result->estimates[i], ended && !control);
	g_string_append(csv, "\r\n");
}

char *kho_csv(const struct kho_run *run)
{
	GString *csv = g_string_new(NULL);

	add_heading(csv);
	for (guint i = 0; i < run->controls->len; i++)
		add_result(csv, g_ptr_array_index(run->controls, i));
	for (guint i = 0; i < run->results->len; i++)
		add_result(csv, g_ptr_array_index(run->results, i));
	return g_string_free(csv, FALSE);
}
