// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/advice.h"

#include <inttypes.h>
#include <string.h>

#include "estimator/replay.h"
#include "harness/judge/estimators.h"
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

/* A setting that was laid out. */
struct trial {
	enum kho_paper_end end;
	enum kho_scratch_lack lack;
	char *reason; /* of the end */
	enum kho_answer answers[KHO_NR_ESTIMATORS];
	char *reasons[KHO_NR_ESTIMATORS];
	uint64_t bytes;
};

struct kho_advisor {
	const struct kho_result *machine;
	const GArray *requests;
	GHashTable *trials; /* struct trial * by char *, the spec */
	char *problem;	    /* nothing can be laid out: why */
};

static void trial_free(struct trial *trial)
{
	g_free(trial->reason);
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++)
		g_free(trial->reasons[i]);
	g_free(trial);
}

struct kho_advisor *kho_advisor_new(const struct kho_result *machine, const GArray *requests)
{
	struct kho_advisor *advisor = g_new0(struct kho_advisor, 1);

	advisor->machine = machine;
	advisor->requests = requests;
	advisor->trials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)trial_free);
	return advisor;
}

void kho_advisor_free(struct kho_advisor *advisor)
{
	g_hash_table_unref(advisor->trials);
	g_free(advisor->problem);
	g_free(advisor);
}

unsigned int kho_advisor_tries(const struct kho_advisor *advisor)
{
	return g_hash_table_size(advisor->trials);
}

/* --- trying --- */

static uint64_t scratch_bytes(const struct kho_layout *layout)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < layout->nr_scratch; i++)
		bytes += layout->scratch[i].size;
	return bytes;
}

static char *reason_of(const struct kho_prediction *prediction)
{
	if (prediction->note || prediction->reason)
		return g_strdup(prediction->note ?: prediction->reason);
	if (prediction->answer != KHO_ANSWER_INSUFFICIENT)
		return NULL;
	return g_strdup_printf("node %u has %" PRIu64 " MiB, needs %" PRIu64 " MiB", prediction->node,
			       (uint64_t)prediction->usable_bytes >> 20, (uint64_t)prediction->required_bytes >> 20);
}

static void ask_all(struct trial *trial, const struct kho_layout *layout)
{
	for (int i = 0; i < KHO_NR_ESTIMATORS; i++) {
		struct kho_prediction prediction = { 0 };

		kho_estimator_predict(i, layout, &prediction);
		trial->answers[i] = prediction.answer;
		trial->reasons[i] = reason_of(&prediction);
		kho_prediction_clear(&prediction);
	}
}

static struct trial *lay_out(struct kho_advisor *advisor, const struct kho_scratch_spec *spec)
{
	struct trial *trial = g_new0(struct trial, 1);
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoPaper) paper = kho_paper_new_loading(advisor->machine, spec, advisor->requests, &error);

	trial->end = KHO_PAPER_DISABLED;
	if (!paper) {
		trial->reason = g_strdup(error->message);
		if (!advisor->problem)
			advisor->problem = g_strdup(error->message);
		return trial;
	}
	trial->end = kho_paper_end(paper);
	trial->lack = kho_paper_lack(paper);
	trial->reason = g_strdup(kho_paper_reason(paper));
	trial->bytes = scratch_bytes(kho_paper_layout(paper));
	if (trial->end == KHO_PAPER_LOADED || trial->end == KHO_PAPER_NOT_LOADED)
		ask_all(trial, kho_paper_layout(paper));
	return trial;
}

/* NULL: the kernel would not take such a value. */
static const struct trial *try_spec(struct kho_advisor *advisor, const char *text)
{
	struct trial *trial = g_hash_table_lookup(advisor->trials, text);
	g_autoptr(KhoScratchSpec) spec = NULL;

	if (trial)
		return trial;
	spec = kho_scratch_spec_parse(text, NULL);
	if (!spec)
		return NULL;
	trial = lay_out(advisor, spec);
	g_hash_table_insert(advisor->trials, g_strdup(text), trial);
	return trial;
}

static bool accepts(struct kho_advisor *advisor, const char *text, enum kho_estimator estimator)
{
	const struct trial *trial = try_spec(advisor, text);

	return trial && trial->answers[estimator] == KHO_ANSWER_SUFFICIENT;
}

/* --- sizes --- */

static char *sizes_text(const struct sizes *sizes)
{
	g_autofree char *lowmem = kho_size_format(sizes->steps[LOWMEM] * STEP);
	g_autofree char *global = kho_size_format(sizes->steps[GLOBAL] * STEP);
	g_autofree char *pernode = kho_size_format(sizes->steps[PERNODE] * STEP);

	return g_strdup_printf("%s,%s,%s", lowmem, global, pernode);
}

static bool sizes_accepted(struct kho_advisor *advisor, const struct sizes *sizes, enum kho_estimator estimator)
{
	g_autofree char *text = sizes_text(sizes);

	return accepts(advisor, text, estimator);
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
static bool find_most(struct kho_advisor *advisor, struct sizes *sizes)
{
	static const enum axis lacking[] = {
		[KHO_SCRATCH_LACKS_NOTHING] = NR_AXES, [KHO_SCRATCH_LACKS_LIST] = NR_AXES,
		[KHO_SCRATCH_LACKS_LOWMEM] = LOWMEM,   [KHO_SCRATCH_LACKS_GLOBAL] = GLOBAL,
		[KHO_SCRATCH_LACKS_NODE] = PERNODE,
	};

	for (;;) {
		g_autofree char *text = sizes_text(sizes);
		const struct trial *trial = try_spec(advisor, text);
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
static bool find_start(struct kho_advisor *advisor, enum kho_estimator estimator, struct sizes *start)
{
	const struct sizes all = plenty(advisor->machine);
	const uint64_t globals[] = { all.steps[GLOBAL], OTHERS / STEP };
	struct sizes first = all;
	bool have_first = false;

	for (gsize i = 0; i < G_N_ELEMENTS(globals); i++) {
		for (uint64_t share = PARTS + 1; share--;) {
			*start = all;
			start->steps[GLOBAL] = globals[i];
			start->steps[PERNODE] = all.steps[PERNODE] * share / PARTS;
			if (!find_most(advisor, start))
				continue;
			if (sizes_accepted(advisor, start, estimator))
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
static void shrink(struct kho_advisor *advisor, enum kho_estimator estimator, struct sizes *sizes, enum axis axis)
{
	uint64_t low = 0, high = sizes->steps[axis];
	struct sizes tried = *sizes;

	while (low < high) {
		tried.steps[axis] = low + (high - low) / 2;
		if (sizes_accepted(advisor, &tried, estimator))
			high = tried.steps[axis];
		else
			low = tried.steps[axis] + 1;
	}
	sizes->steps[axis] = high;
}

static uint64_t bytes_of(struct kho_advisor *advisor, const char *spec)
{
	const struct trial *trial = try_spec(advisor, spec);

	return trial ? trial->bytes : 0;
}

/* All scratch; and what is not of a node counts a part of  more, 0: nothing more. */
static uint64_t cost_of(struct kho_advisor *advisor, const struct sizes *sizes, unsigned int extra)
{
	g_autofree char *text = sizes_text(sizes);
	uint64_t shared = (sizes->steps[LOWMEM] + sizes->steps[GLOBAL]) * STEP;

	return bytes_of(advisor, text) + (extra ? shared / extra : 0);
}

/*
 * The orders differ little in what they come to, but much in where it is: all in a global area, say, so that every node
 * has its memory map on one. With , those are preferred that give each node its own.
 */
static struct sizes find_cheapest(struct kho_advisor *advisor, enum kho_estimator estimator, const struct sizes *start,
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
			shrink(advisor, estimator, &sizes, orders[i][axis]);
		cost = cost_of(advisor, &sizes, extra);
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
static bool accepted_between(struct kho_advisor *advisor, enum kho_estimator estimator, const struct sizes *from,
			     const struct sizes *to)
{
	for (uint64_t i = 1; i < BETWEEN; i++) {
		struct sizes sizes;

		for (int axis = 0; axis < NR_AXES; axis++)
			sizes.steps[axis] = from->steps[axis] + (to->steps[axis] - from->steps[axis]) * i / BETWEEN;
		if (!sizes_accepted(advisor, &sizes, estimator))
			return false;
	}
	return true;
}

/* --- the reason --- */

static void add_limit(struct kho_advisor *advisor, enum kho_estimator estimator, const struct sizes *sizes,
		      enum axis axis, const char *name, GPtrArray *limits)
{
	struct sizes less = *sizes;
	const struct trial *trial;
	g_autofree char *text = NULL;
	const char *reason;

	if (!sizes->steps[axis])
		return;
	less.steps[axis]--;
	text = sizes_text(&less);
	trial = try_spec(advisor, text);
	reason = trial ? trial->reason ?: trial->reasons[estimator] : "kho_scratch= must not be all 0";
	g_ptr_array_add(limits, g_strdup_printf("%s: %s", name, reason ?: "it would do"));
}

static void find_limits(struct kho_advisor *advisor, enum kho_estimator estimator, const struct sizes *sizes,
			struct kho_advice *advice)
{
	add_limit(advisor, estimator, sizes, LOWMEM, "lowmem", advice->limits);
	add_limit(advisor, estimator, sizes, GLOBAL, "global", advice->limits);
	add_limit(advisor, estimator, sizes, PERNODE, "per node", advice->limits);
}

/* --- percent --- */

static char *percent_text(uint64_t percent)
{
	return g_strdup_printf("%" PRIu64 "%%", percent);
}

static bool percent_accepted(struct kho_advisor *advisor, uint64_t percent, enum kho_estimator estimator)
{
	g_autofree char *text = percent_text(percent);

	return accepts(advisor, text, estimator);
}

/* By doubling, then by halving. 0: none. */
static uint64_t find_percent(struct kho_advisor *advisor, enum kho_estimator estimator)
{
	uint64_t high = 1, low;

	while (!percent_accepted(advisor, high, estimator)) {
		high *= 2;
		if (high > PERCENT_MOST)
			return 0;
	}
	for (low = high / 2 + 1; low < high;) {
		uint64_t middle = low + (high - low) / 2;

		if (percent_accepted(advisor, middle, estimator))
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

static void take_value(struct kho_advisor *advisor, char *spec, struct kho_advice_value *value)
{
	value->bytes = bytes_of(advisor, spec);
	value->spec = spec;
}

static void advise_percent(struct kho_advisor *advisor, enum kho_estimator estimator, struct kho_advice_margin margin,
			   struct kho_advice *advice)
{
	uint64_t percent = find_percent(advisor, estimator), more;

	if (!percent)
		return;
	take_value(advisor, percent_text(percent), &advice->percent);
	more = (percent * (100 + margin.percent) + 99) / 100;
	if (advice->percent.bytes)
		more = MAX(more,
			   percent + (percent * margin.bytes + advice->percent.bytes - 1) / advice->percent.bytes);
	if (percent_accepted(advisor, more, estimator))
		take_value(advisor, percent_text(more), &advice->percent_more);
}

/* --- the bounce buffer --- */

static uint64_t wanted_bounce(const struct kho_result *machine)
{
	for (guint i = 0; i < machine->events->len; i++) {
		const struct kho_early_event *event = &g_array_index(machine->events, struct kho_early_event, i);

		if (event->kind == KHO_EARLY_ALLOC && g_str_equal(event->caller, "swiotlb_init_remap"))
			return event->size;
	}
	return 0;
}

/* What replay makes of swiotlb's buffer, which a kernel does not die without. False: it does not know, or dies. */
static bool find_bounce(struct kho_advisor *advisor, const struct sizes *sizes, uint64_t *bytes)
{
	g_autofree char *text = sizes_text(sizes);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(text, NULL);
	g_autoptr(KhoPaper) paper =
		spec ? kho_paper_new_loading(advisor->machine, spec, advisor->requests, NULL) : NULL;
	g_autofree void *workspace = NULL;
	struct kho_replay replay;

	if (!paper || kho_paper_end(paper) != KHO_PAPER_LOADED)
		return false;
	workspace = g_malloc(kho_replay_workspace(kho_paper_layout(paper)));
	kho_replay_run(kho_paper_layout(paper), workspace, NULL, NULL, &replay);
	*bytes = replay.bounce_bytes;
	return replay.end == KHO_REPLAY_FREE;
}

/* As much more lowmem as it takes for a whole buffer, @most bytes; what cannot be had is left at that. */
static void keep_bounce(struct kho_advisor *advisor, enum kho_estimator estimator, struct sizes *sizes, uint64_t most,
			uint64_t wanted)
{
	uint64_t low = sizes->steps[LOWMEM], high = low + (most + BOUNCE_ROOM) / STEP, bytes;
	struct sizes tried = *sizes;

	tried.steps[LOWMEM] = high;
	if (!sizes_accepted(advisor, &tried, estimator) || !find_bounce(advisor, &tried, &bytes) || bytes < wanted)
		return;
	while (low < high) {
		tried.steps[LOWMEM] = low + (high - low) / 2;
		if (find_bounce(advisor, &tried, &bytes) && bytes >= wanted)
			high = tried.steps[LOWMEM];
		else
			low = tried.steps[LOWMEM] + 1;
	}
	sizes->steps[LOWMEM] = high;
}

/* --- all of it --- */

static void advise_sizes(struct kho_advisor *advisor, enum kho_estimator estimator, struct kho_advice_margin margin,
			 const struct sizes *start, struct kho_advice *advice)
{
	struct sizes smallest = find_cheapest(advisor, estimator, start, 0);
	struct sizes even = find_cheapest(advisor, estimator, start, SHARED_EXTRA);
	struct sizes more = add_margin(&even, margin, count_nodes(advisor->machine));

	advice->bounce_wanted = wanted_bounce(advisor->machine);
	if (advice->bounce_wanted)
		keep_bounce(advisor, estimator, &more,
			    advice->bounce_wanted + plenty(advisor->machine).steps[PERNODE] * STEP,
			    advice->bounce_wanted);
	take_value(advisor, sizes_text(&smallest), &advice->sizes);
	find_limits(advisor, estimator, &smallest, advice);
	if (sizes_accepted(advisor, &more, estimator))
		take_value(advisor, sizes_text(&more), &advice->sizes_more);
	advice->monotonic = advice->sizes_more.spec && accepted_between(advisor, estimator, &even, &more);
	if (advice->bounce_wanted)
		advice->have_bounce =
			find_bounce(advisor, advice->sizes_more.spec ? &more : &smallest, &advice->bounce_bytes);
}

static void explain(struct kho_advisor *advisor, enum kho_estimator estimator, const struct sizes *start,
		    struct kho_advice *advice)
{
	g_autofree char *text = sizes_text(start);
	const struct trial *trial = try_spec(advisor, text);
	const char *reason = trial ? trial->reason ?: trial->reasons[estimator] : NULL;

	advice->hopeless = trial && trial->answers[estimator] == KHO_ANSWER_INSUFFICIENT;
	if (advisor->problem)
		advice->note = g_strdup(advisor->problem);
	else if (trial && !trial->reason && !advice->hopeless)
		advice->note = g_strdup(reason ?: "it has no answer");
	else
		advice->note = g_strdup_printf("nothing that this machine can set aside is enough; with %s: %s", text,
					       reason ?: "no reason is known");
}

void kho_advisor_ask(struct kho_advisor *advisor, enum kho_estimator estimator, struct kho_advice_margin margin,
		     struct kho_advice *advice)
{
	struct sizes start;

	*advice = (struct kho_advice){ .limits = g_ptr_array_new_with_free_func(g_free) };
	if (find_start(advisor, estimator, &start))
		advise_sizes(advisor, estimator, margin, &start, advice);
	else
		explain(advisor, estimator, &start, advice);
	if (!advisor->problem)
		advise_percent(advisor, estimator, margin, advice);
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
