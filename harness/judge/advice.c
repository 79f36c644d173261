// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/advice.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/size.h"

#define STEP	     KHO_SCRATCH_ALIGN
#define GIB	     (1ULL << 30)
#define LOWMEM_MOST  (128ULL << 20) /* to begin with */
#define OTHERS	     (256ULL << 20) /* what is not the memory map, to begin with */
#define PERCENT_MOST 102400
#define SHARED_EXTRA 16		   /* a part of this many: see find_cheapest() */
#define BOUNCE_ROOM  (64ULL << 20) /* what may lie in lowmem beside the buffer */
#define PARTS	     8
#define BETWEEN	     6 /* how many values between the smallest and that with the margin are looked at */

/* In steps. */
enum axis { LOWMEM, GLOBAL, PERNODE, NR_AXES };
struct sizes {
	uint64_t steps[NR_AXES];
};

/* --- sizes --- */

static char *sizes_text(const struct sizes *sizes)
{
	g_autofree char *lowmem = kho_size_format(sizes->steps[LOWMEM] * STEP);
	g_autofree char *global = kho_size_format(sizes->steps[GLOBAL] * STEP);
	g_autofree char *pernode = kho_size_format(sizes->steps[PERNODE] * STEP);

	return g_strdup_printf("%s,%s,%s", lowmem, global, pernode);
}

static bool sizes_accepted(struct kho_trials *trials, const struct sizes *sizes, enum kho_estimator estimator)
{
	g_autofree char *text = sizes_text(sizes);

	return kho_trials_accept(trials, text, estimator);
}

/* Plenty: every map twice, wherever it may be taken from. */
static struct sizes plenty(const struct kho_result *machine)
{
	const GArray *ranges = machine->ranges;
	g_autofree uint64_t *maps = NULL;
	uint64_t largest = 0, all = 0;
	guint nr_nodes = 0;

	for (guint i = 0; i < ranges->len; i++)
		nr_nodes = MAX(nr_nodes, g_array_index(ranges, struct kho_memory_range, i).node + 1);
	maps = g_new0(uint64_t, nr_nodes);
	for (guint i = 0; i < ranges->len; i++) {
		const struct kho_memory_range *range = &g_array_index(ranges, struct kho_memory_range, i);
		/* At least 2 MiB of map for each section that it touches. */
		uint64_t map = ((range->end - range->start) / 64 / STEP + 2) * STEP;

		maps[range->node] += map;
		largest = MAX(largest, maps[range->node]);
		all += map;
	}
	return (struct sizes){ { LOWMEM_MOST / STEP, (2 * all + OTHERS) / STEP, 2 * largest / STEP } };
}

/* As much of plenty as can be set aside: what is lacking is made smaller. False: nothing can. */
static bool find_most(struct kho_trials *trials, struct sizes *sizes)
{
	static const enum axis lacking[] = {
		[KHO_SCRATCH_LACKS_NOTHING] = NR_AXES, [KHO_SCRATCH_LACKS_LIST] = NR_AXES,
		[KHO_SCRATCH_LACKS_LOWMEM] = LOWMEM,   [KHO_SCRATCH_LACKS_GLOBAL] = GLOBAL,
		[KHO_SCRATCH_LACKS_NODE] = PERNODE,
	};

	for (;;) {
		g_autofree char *text = sizes_text(sizes);
		const struct kho_trial *trial = kho_trials_of(trials, text);
		enum axis axis;

		if (!trial || trial->end != KHO_PAPER_DISABLED)
			return trial;
		axis = lacking[trial->lack];
		if (axis == NR_AXES || !sizes->steps[axis])
			return false;
		sizes->steps[axis] = sizes->steps[axis] * 7 / 8;
	}
}

/*
 * Per-node areas leave less for the global one, and the other way round: where plenty fails, one of them may have to
 * give way.
 */
static bool find_start(struct kho_trials *trials, enum kho_estimator estimator, struct sizes *start)
{
	const struct sizes all = plenty(trials->machine);
	const uint64_t globals[] = { all.steps[GLOBAL], OTHERS / STEP };
	struct sizes first = all;
	bool have_first = false;

	for (gsize i = 0; i < G_N_ELEMENTS(globals); i++) {
		for (uint64_t share = PARTS + 1; share--;) {
			*start = all;
			start->steps[GLOBAL] = globals[i];
			start->steps[PERNODE] = all.steps[PERNODE] * share / PARTS;
			if (!find_most(trials, start))
				continue;
			if (sizes_accepted(trials, start, estimator))
				return true;
			if (!have_first)
				first = *start;
			have_first = true;
		}
	}
	*start = first;
	return false;
}

/* The least of one size, with the others as they are. */
static void shrink(struct kho_trials *trials, enum kho_estimator estimator, struct sizes *sizes, enum axis axis)
{
	uint64_t low = 0, high = sizes->steps[axis];
	struct sizes tried = *sizes;

	while (low < high) {
		tried.steps[axis] = low + (high - low) / 2;
		if (sizes_accepted(trials, &tried, estimator))
			high = tried.steps[axis];
		else
			low = tried.steps[axis] + 1;
	}
	sizes->steps[axis] = high;
}

/* All scratch; and what is not of a node counts one @extra-th more; 0: nothing more. */
static uint64_t cost_of(struct kho_trials *trials, const struct sizes *sizes, unsigned int extra)
{
	g_autofree char *text = sizes_text(sizes);
	uint64_t shared = (sizes->steps[LOWMEM] + sizes->steps[GLOBAL]) * STEP;

	return kho_trials_bytes(trials, text) + (extra ? shared / extra : 0);
}

/*
 * The orders differ little in what they come to, but much in where it is: all in a global area, say, so that every node
 * has its memory map on one. With @extra, those are preferred that give each node its own.
 */
static struct sizes find_cheapest(struct kho_trials *trials, enum kho_estimator estimator, const struct sizes *start,
				  unsigned int extra)
{
	static const enum axis orders[][NR_AXES] = {
		{ LOWMEM, PERNODE, GLOBAL }, { LOWMEM, GLOBAL, PERNODE }, { GLOBAL, LOWMEM, PERNODE },
		{ PERNODE, LOWMEM, GLOBAL }, { GLOBAL, PERNODE, LOWMEM }, { PERNODE, GLOBAL, LOWMEM },
	};
	uint64_t least = UINT64_MAX;
	struct sizes cheapest = *start;

	for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
		struct sizes sizes = *start;
		uint64_t cost;

		for (gsize axis = 0; axis < NR_AXES; axis++)
			shrink(trials, estimator, &sizes, orders[i][axis]);
		cost = cost_of(trials, &sizes, extra);
		if (cost < least) {
			least = cost;
			cheapest = sizes;
		}
	}
	return cheapest;
}

/* --- margins --- */

static uint64_t more_steps(uint64_t steps, unsigned int percent)
{
	return steps + (steps * percent + 99) / 100;
}

static struct sizes add_margin(const struct sizes *sizes, struct kho_advice_margin margin, uint64_t nr_nodes)
{
	struct sizes more;
	uint64_t added;

	for (int axis = 0; axis < NR_AXES; axis++)
		more.steps[axis] = more_steps(sizes->steps[axis], margin.percent);
	added = (more.steps[LOWMEM] - sizes->steps[LOWMEM] + more.steps[GLOBAL] - sizes->steps[GLOBAL] +
		 (more.steps[PERNODE] - sizes->steps[PERNODE]) * nr_nodes) *
		STEP;
	if (added < margin.bytes)
		more.steps[GLOBAL] += (margin.bytes - added + STEP - 1) / STEP;
	return more;
}

static uint64_t count_nodes(const struct kho_result *machine)
{
	g_autoptr(GHashTable) nodes = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < machine->ranges->len; i++)
		g_hash_table_add(nodes,
				 GUINT_TO_POINTER(g_array_index(machine->ranges, struct kho_memory_range, i).node + 1));
	return g_hash_table_size(nodes);
}

/* Is everything on the way from @from to @to accepted? */
static bool accepted_between(struct kho_trials *trials, enum kho_estimator estimator, const struct sizes *from,
			     const struct sizes *to)
{
	for (uint64_t i = 1; i < BETWEEN; i++) {
		struct sizes sizes;

		for (int axis = 0; axis < NR_AXES; axis++)
			sizes.steps[axis] = from->steps[axis] + (to->steps[axis] - from->steps[axis]) * i / BETWEEN;
		if (!sizes_accepted(trials, &sizes, estimator))
			return false;
	}
	return true;
}

/* --- the reason --- */

static void add_limit(struct kho_trials *trials, enum kho_estimator estimator, const struct sizes *sizes,
		      enum axis axis, const char *name, GPtrArray *limits)
{
	struct sizes less = *sizes;
	const struct kho_trial *trial;
	g_autofree char *text = NULL;
	const char *reason;

	if (!sizes->steps[axis])
		return;
	less.steps[axis]--;
	text = sizes_text(&less);
	trial = kho_trials_of(trials, text);
	reason = trial ? trial->reason ?: trial->reasons[estimator] : "kho_scratch= must not be all 0";
	g_ptr_array_add(limits, g_strdup_printf("%s: %s", name, reason ?: "it would do"));
}

static void find_limits(struct kho_trials *trials, enum kho_estimator estimator, const struct sizes *sizes,
			struct kho_advice *advice)
{
	add_limit(trials, estimator, sizes, LOWMEM, "lowmem", advice->limits);
	add_limit(trials, estimator, sizes, GLOBAL, "global", advice->limits);
	add_limit(trials, estimator, sizes, PERNODE, "per node", advice->limits);
}

/* --- percent --- */

static char *percent_text(uint64_t percent)
{
	return g_strdup_printf("%" PRIu64 "%%", percent);
}

static bool percent_accepted(struct kho_trials *trials, uint64_t percent, enum kho_estimator estimator)
{
	g_autofree char *text = percent_text(percent);

	return kho_trials_accept(trials, text, estimator);
}

/* By doubling, then by halving. 0: none. */
static uint64_t find_percent(struct kho_trials *trials, enum kho_estimator estimator)
{
	uint64_t high = 1, low;

	while (!percent_accepted(trials, high, estimator)) {
		high *= 2;
		if (high > PERCENT_MOST)
			return 0;
	}
	for (low = high / 2 + 1; low < high;) {
		uint64_t middle = low + (high - low) / 2;

		if (percent_accepted(trials, middle, estimator))
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

static void take_value(struct kho_trials *trials, char *spec, struct kho_advice_value *value)
{
	value->bytes = kho_trials_bytes(trials, spec);
	value->spec = spec;
}

static void advise_percent(struct kho_trials *trials, enum kho_estimator estimator, struct kho_advice_margin margin,
			   struct kho_advice *advice)
{
	uint64_t percent = find_percent(trials, estimator), more;

	if (!percent)
		return;
	take_value(trials, percent_text(percent), &advice->percent);
	more = (percent * (100 + margin.percent) + 99) / 100;
	if (advice->percent.bytes)
		more = MAX(more,
			   percent + (percent * margin.bytes + advice->percent.bytes - 1) / advice->percent.bytes);
	if (percent_accepted(trials, more, estimator))
		take_value(trials, percent_text(more), &advice->percent_more);
}

/* --- the bounce buffer --- */

static bool find_bounce(const struct kho_trials *trials, const struct sizes *sizes, uint64_t *bytes)
{
	g_autofree char *text = sizes_text(sizes);

	return kho_trials_bounce(trials, text, bytes);
}

/* As much more lowmem as it takes for a whole buffer, @most bytes; what cannot be had is left at that. */
static void keep_bounce(struct kho_trials *trials, enum kho_estimator estimator, struct sizes *sizes, uint64_t most,
			uint64_t wanted)
{
	uint64_t low = sizes->steps[LOWMEM], high = low + (most + BOUNCE_ROOM) / STEP, bytes;
	struct sizes tried = *sizes;

	tried.steps[LOWMEM] = high;
	if (!sizes_accepted(trials, &tried, estimator) || !find_bounce(trials, &tried, &bytes) || bytes < wanted)
		return;
	while (low < high) {
		tried.steps[LOWMEM] = low + (high - low) / 2;
		if (find_bounce(trials, &tried, &bytes) && bytes >= wanted)
			high = tried.steps[LOWMEM];
		else
			low = tried.steps[LOWMEM] + 1;
	}
	sizes->steps[LOWMEM] = high;
}

/* --- all of it --- */

static void advise_sizes(struct kho_trials *trials, enum kho_estimator estimator, struct kho_advice_margin margin,
			 const struct sizes *start, struct kho_advice *advice)
{
	struct sizes smallest = find_cheapest(trials, estimator, start, 0);
	struct sizes even = find_cheapest(trials, estimator, start, SHARED_EXTRA);
	struct sizes more = add_margin(&even, margin, count_nodes(trials->machine));

	advice->bounce_wanted = kho_trials_bounce_wanted(trials);
	if (advice->bounce_wanted)
		keep_bounce(trials, estimator, &more,
			    advice->bounce_wanted + plenty(trials->machine).steps[PERNODE] * STEP,
			    advice->bounce_wanted);
	take_value(trials, sizes_text(&smallest), &advice->sizes);
	find_limits(trials, estimator, &smallest, advice);
	if (sizes_accepted(trials, &more, estimator))
		take_value(trials, sizes_text(&more), &advice->sizes_more);
	advice->monotonic = advice->sizes_more.spec && accepted_between(trials, estimator, &even, &more);
	if (advice->bounce_wanted)
		advice->have_bounce =
			find_bounce(trials, advice->sizes_more.spec ? &more : &smallest, &advice->bounce_bytes);
}

static void explain(struct kho_trials *trials, enum kho_estimator estimator, const struct sizes *start,
		    struct kho_advice *advice)
{
	g_autofree char *text = sizes_text(start);
	const struct kho_trial *trial = kho_trials_of(trials, text);
	const char *reason = trial ? trial->reason ?: trial->reasons[estimator] : NULL;

	advice->hopeless = trial && trial->answers[estimator] == KHO_ANSWER_INSUFFICIENT;
	if (trials->problem)
		advice->note = g_strdup(trials->problem);
	else if (trial && !trial->reason && !advice->hopeless)
		advice->note = g_strdup(reason ?: "it has no answer");
	else
		advice->note = g_strdup_printf("nothing that this machine can set aside is enough; with %s: %s", text,
					       reason ?: "no reason is known");
}

void kho_advice_find(struct kho_trials *trials, enum kho_estimator estimator, struct kho_advice_margin margin,
		     struct kho_advice *advice)
{
	struct sizes start;

	*advice = (struct kho_advice){ .limits = g_ptr_array_new_with_free_func(g_free) };
	if (find_start(trials, estimator, &start))
		advise_sizes(trials, estimator, margin, &start, advice);
	else
		explain(trials, estimator, &start, advice);
	if (!trials->problem)
		advise_percent(trials, estimator, margin, advice);
}

static void value_clear(struct kho_advice_value *value)
{
	g_free(value->spec);
}

void kho_advice_clear(struct kho_advice *advice)
{
	g_free(advice->note);
	value_clear(&advice->sizes);
	value_clear(&advice->percent);
	value_clear(&advice->sizes_more);
	value_clear(&advice->percent_more);
	g_ptr_array_unref(advice->limits);
}

bool kho_advice_margin_parse(const char *text, struct kho_advice_margin *margin)
{
	const char *end;
	uint64_t number;

	if (kho_number_parse(text, &end, &number) && g_str_equal(end, "%") && number <= 1000) {
		*margin = (struct kho_advice_margin){ .percent = number };
		return true;
	}
	if (!kho_size_parse(text, &number) || number >= 64 * 1024 * GIB)
		return false;
	*margin = (struct kho_advice_margin){ .bytes = number };
	return true;
}
