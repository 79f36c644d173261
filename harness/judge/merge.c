// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/merge.h"

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/model/error.h"

struct merge {
	const struct kho_merge_part *parts;
	guint count;
	GHashTable *results; /* struct kho_result * by id */
	GHashTable *places;  /* by id, the part that has it */
};

static G_GNUC_PRINTF(3, 4) bool refuse(GError **error, const struct kho_merge_part *part, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list list;

	va_start(list, format);
	what = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", part->path, what);
	return false;
}

/* --- are they shards of one matrix? --- */

static bool same_plan(const GPtrArray *one, const GPtrArray *other)
{
	bool same = one->len == other->len;

	for (guint i = 0; same && i < one->len; i++)
		same = g_str_equal(g_ptr_array_index(one, i), g_ptr_array_index(other, i));
	return same;
}

static bool check_part(const struct merge *merge, const struct kho_merge_part *part, GError **error)
{
	const struct kho_merge_part *first = merge->parts;
	const struct kho_shard *shard = &part->run->shard, *of_first = &first->run->shard;

	if (!shard->count)
		return refuse(error, part, "is no shard, but a whole run");
	if (shard->count != of_first->count)
		return refuse(error, part, "is shard %u/%u, but %s is %u/%u", shard->index, shard->count, first->path,
			      of_first->index, of_first->count);
	if (g_strcmp0(part->run->matrix, first->run->matrix) || !same_plan(shard->planned, of_first->planned))
		return refuse(error, part, "is of another matrix than %s", first->path);
	return true;
}

static bool check_shards(const struct merge *merge, GError **error)
{
	guint count = merge->parts[0].run->shard.count;
	g_autofree const struct kho_merge_part **found = g_new0(const struct kho_merge_part *, count + 1);

	for (guint i = 0; i < merge->count; i++) {
		const struct kho_merge_part *part = &merge->parts[i];
		guint index = part->run->shard.index;

		if (!check_part(merge, part, error))
			return false;
		if (found[index])
			return refuse(error, part, "is shard %u/%u, and so is %s", index, count, found[index]->path);
		found[index] = part;
	}
	for (guint i = 1; i <= count; i++) {
		if (found[i])
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "shard %u/%u is missing: run it, with --shard=%u/%u", i,
			    count, i, count);
		return false;
	}
	return true;
}

/* --- are they of the same kernels and hosts? --- */

static bool check_kernel(const struct kho_merge_part *one, const struct kho_merge_part *other,
			 const struct kho_run_kernel *kernel, GError **error)
{
	const struct kho_run_kernel *same = kho_run_kernel_of(other->run, kernel->name);

	if (!same || (!g_strcmp0(kernel->key, same->key) && !g_strcmp0(kernel->release, same->release) &&
		      !g_strcmp0(kernel->source_hash, same->source_hash)))
		return true;
	return refuse(error, one, "%s is another build (%s) than in %s (%s): run both with the same", kernel->name,
		      kernel->key ?: "of unknown content", other->path, same->key ?: "of unknown content");
}

/* What a shard without cells does not know is no contradiction. */
static bool check_host(const struct kho_merge_part *one, const struct kho_merge_part *other, const char *what,
		       const char *mine, const char *theirs, GError **error)
{
	if (!mine || !theirs || g_str_equal(mine, theirs))
		return true;
	return refuse(error, one, "ran with the %s '%s', but %s with '%s'", what, mine, other->path, theirs);
}

static bool check_pair(const struct kho_merge_part *one, const struct kho_merge_part *other, GError **error)
{
	const struct kho_run *mine = one->run, *theirs = other->run;

	for (guint i = 0; i < mine->kernels->len; i++)
		if (!check_kernel(one, other, g_ptr_array_index(mine->kernels, i), error))
			return false;
	return check_host(one, other, "accelerator", mine->accel, theirs->accel, error) &&
	       check_host(one, other, "QEMU", mine->qemu_version, theirs->qemu_version, error);
}

static bool check_hosts(const struct merge *merge, GError **error)
{
	for (guint i = 1; i < merge->count; i++)
		for (guint k = 0; k < i; k++)
			if (!check_pair(&merge->parts[i], &merge->parts[k], error))
				return false;
	return true;
}

/* --- do they have each cell once? --- */

static bool collect(struct merge *merge, const struct kho_merge_part *part, GError **error)
{
	for (guint i = 0; i < part->run->results->len; i++) {
		struct kho_result *result = g_ptr_array_index(part->run->results, i);
		const struct kho_merge_part *other = g_hash_table_lookup(merge->places, result->cell->id);

		if (other)
			return refuse(error, part, "cell '%s' is in %s as well", result->cell->id, other->path);
		g_hash_table_insert(merge->places, result->cell->id, (gpointer)part);
		g_hash_table_insert(merge->results, result->cell->id, result);
	}
	return true;
}

static bool check_cells(struct merge *merge, GError **error)
{
	const GPtrArray *planned = merge->parts[0].run->shard.planned;
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	gpointer id, part;

	for (guint i = 0; i < merge->count; i++)
		if (!collect(merge, &merge->parts[i], error))
			return false;
	for (guint i = 0; i < planned->len; i++) {
		g_hash_table_add(ids, g_ptr_array_index(planned, i));
		if (!g_hash_table_contains(merge->results, g_ptr_array_index(planned, i)))
			return refuse(error, merge->parts, "cell '%s' is planned, and in none of the shards",
				      (const char *)g_ptr_array_index(planned, i));
	}
	g_hash_table_iter_init(&iter, merge->places);
	while (g_hash_table_iter_next(&iter, &id, &part))
		if (!g_hash_table_contains(ids, id))
			return refuse(error, part, "cell '%s' is not of the matrix", (const char *)id);
	return true;
}

/* --- joined --- */

static void take_host(struct kho_run *run, const struct kho_run *part)
{
	if (part->started && (!run->started || strcmp(part->started, run->started) < 0)) {
		g_free(run->started);
		run->started = g_strdup(part->started);
	}
	run->seconds += part->seconds;
	run->interrupted |= part->interrupted;
	run->jobs = MAX(run->jobs, part->jobs);
	run->matrix = run->matrix ?: g_strdup(part->matrix);
	run->accel = run->accel ?: g_strdup(part->accel);
	run->qemu_version = run->qemu_version ?: g_strdup(part->qemu_version);
}

static void take_kernel(struct kho_run *run, const struct kho_run *part, const char *id)
{
	const struct kho_run_kernel *from = kho_run_kernel_of(part, id);
	struct kho_run_kernel *kernel;

	if (!from || kho_run_kernel_of(run, id))
		return;
	kernel = kho_run_add_kernel(run, from->name);
	kernel->release = g_strdup(from->release);
	kernel->source_hash = g_strdup(from->source_hash);
	kernel->key = g_strdup(from->key);
	kernel->carries_estimator = from->carries_estimator;
	kernel->have_expectations = from->have_expectations;
}

static bool has_survived(const struct kho_result *control)
{
	return control->ended && control->outcome.name == KHO_OUTCOME_SURVIVED;
}

static struct kho_result *find_control(const struct merge *merge, const struct kho_cell *cell, enum kho_control kind)
{
	struct kho_result *found = NULL;

	for (guint i = 0; i < merge->count; i++) {
		const GPtrArray *controls = merge->parts[i].run->controls;

		for (guint c = 0; c < controls->len; c++) {
			struct kho_result *control = g_ptr_array_index(controls, c);

			if (control->cell->control == kind && kho_cell_same_machine(control->cell, cell) &&
			    (!found || (has_survived(found) && !has_survived(control))))
				found = control;
		}
	}
	return found;
}

/* As kho_controls_for() lists them: when their machine comes first. */
static void take_controls(struct kho_run *run, const struct merge *merge, const struct kho_cell *cell)
{
	for (guint i = 0; i < run->controls->len; i++)
		if (kho_cell_same_machine(((struct kho_result *)g_ptr_array_index(run->controls, i))->cell, cell))
			return;
	for (int kind = KHO_CONTROL_NONE + 1; kind < KHO_NR_CONTROLS; kind++) {
		struct kho_result *control = find_control(merge, cell, kind);

		if (control)
			g_ptr_array_add(run->controls, control);
	}
}

static struct kho_run *join(const struct merge *merge)
{
	const GPtrArray *planned = merge->parts[0].run->shard.planned;
	struct kho_run *run = kho_run_new();

	g_ptr_array_set_free_func(run->controls, NULL);
	g_ptr_array_set_free_func(run->results, NULL);
	for (guint i = 0; i < merge->count; i++)
		take_host(run, merge->parts[i].run);
	for (guint i = 0; i < planned->len; i++) {
		const char *id = g_ptr_array_index(planned, i);
		const struct kho_merge_part *part = g_hash_table_lookup(merge->places, id);
		struct kho_result *result = g_hash_table_lookup(merge->results, id);

		take_kernel(run, part->run, id);
		take_controls(run, merge, result->cell);
		g_ptr_array_add(run->results, result);
	}
	kho_judge_count(run);
	return run;
}

struct kho_run *kho_merge(const struct kho_merge_part *parts, guint count, GError **error)
{
	g_autoptr(GHashTable) results = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
	struct merge merge = { parts, count, results, places };

	if (!check_shards(&merge, error) || !check_hosts(&merge, error) || !check_cells(&merge, error))
		return NULL;
	return join(&merge);
}
