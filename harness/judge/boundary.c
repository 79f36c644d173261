// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/boundary.h"

#define TRIES_OF_VOID 2
#define MOST_VOID     8 /* values between two others: then the search leaves it at that */
#define GALLOP_GROWS  4 /* how much further away from a wrong guess each next value is */

struct kho_boundary {
	struct kho_boundary_config config;
	GArray *points; /* of struct kho_boundary_point, ascending */
};

/* Where a value stands. */
enum side { SIDE_VOID, SIDE_SHORT, SIDE_SURVIVES, SIDE_BEYOND };

/* Between two values that were tried, or an end of the range: neither is in it. */
struct gap {
	uint64_t below, above;
	bool below_tried, above_tried; /* false: it is where the range ends */
};

enum kho_shown kho_shown_by(enum kho_outcome_name outcome)
{
	switch (outcome) {
	case KHO_OUTCOME_SURVIVED:
		return KHO_SHOWN_SURVIVED;
	case KHO_OUTCOME_HUNG:
	case KHO_OUTCOME_PANICKED:
	case KHO_OUTCOME_RESET:
		return KHO_SHOWN_FAILED;
	case KHO_OUTCOME_LOAD_REJECTED:
		return KHO_SHOWN_REJECTED;
	case KHO_OUTCOME_KHO_DISABLED:
		return KHO_SHOWN_DISABLED;
	case KHO_OUTCOME_LOST:
	case KHO_OUTCOME_FIRST_BOOT_FAILED:
	case KHO_OUTCOME_NOT_HANDED_OVER:
	case KHO_NR_OUTCOMES:
		break;
	}
	return KHO_SHOWN_NOTHING;
}

/* --- points --- */

static struct kho_boundary_point *point_at(const struct kho_boundary *boundary, guint index)
{
	return &g_array_index(boundary->points, struct kho_boundary_point, index);
}

/* Index of the first point that is not below @value. */
static guint find(const struct kho_boundary *boundary, uint64_t value)
{
	guint index = 0;

	while (index < boundary->points->len && point_at(boundary, index)->value < value)
		index++;
	return index;
}

static bool is_tried(const struct kho_boundary *boundary, uint64_t value)
{
	guint index = find(boundary, value);

	return index < boundary->points->len && point_at(boundary, index)->value == value;
}

/* Tries that were not void. */
static unsigned int valid_tries(const struct kho_boundary_point *point)
{
	unsigned int sum = 0;

	for (int i = KHO_SHOWN_NOTHING + 1; i < KHO_NR_SHOWN; i++)
		sum += point->seen[i];
	return sum;
}

static bool always(const struct kho_boundary_point *point, enum kho_shown shown)
{
	return point->seen[shown] && point->seen[shown] == valid_tries(point);
}

bool kho_boundary_point_flaky(const struct kho_boundary_point *point)
{
	unsigned int valid = valid_tries(point);

	for (int i = KHO_SHOWN_NOTHING + 1; i < KHO_NR_SHOWN; i++)
		if (point->seen[i] && point->seen[i] != valid)
			return true;
	return false;
}

/* From here on KHO was always off. Where something was handed over with more, it is not too much that is the reason. */
static bool is_beyond(const struct kho_boundary *boundary, guint index)
{
	for (guint i = index; i < boundary->points->len; i++)
		if (valid_tries(point_at(boundary, i)) && !always(point_at(boundary, i), KHO_SHOWN_DISABLED))
			return false;
	return true;
}

static enum side side_of(const struct kho_boundary *boundary, guint index)
{
	const struct kho_boundary_point *point = point_at(boundary, index);

	if (!valid_tries(point))
		return SIDE_VOID;
	if (always(point, KHO_SHOWN_SURVIVED))
		return SIDE_SURVIVES;
	return is_beyond(boundary, index) ? SIDE_BEYOND : SIDE_SHORT;
}

/* --- edges, as indices of points; -1 and points->len stand for the ends of the range --- */

struct bracket {
	int below, at;
};

static int last_short(const struct kho_boundary *boundary, int before)
{
	int index = before - 1;

	while (index >= 0 && side_of(boundary, index) != SIDE_SHORT)
		index--;
	return index;
}

static int next_above(const struct kho_boundary *boundary, int index)
{
	do
		index++;
	while (index < (int)boundary->points->len && side_of(boundary, index) == SIDE_VOID);
	return index;
}

static struct bracket last_edge(const struct kho_boundary *boundary)
{
	int below = last_short(boundary, boundary->points->len);

	return (struct bracket){ .below = below, .at = next_above(boundary, below) };
}

/* Of the lowest survivor; where there is none, the last edge. */
static struct bracket first_edge(const struct kho_boundary *boundary)
{
	for (guint i = 0; i < boundary->points->len; i++)
		if (side_of(boundary, i) == SIDE_SURVIVES)
			return (struct bracket){ .below = last_short(boundary, i), .at = i };
	return last_edge(boundary);
}

/* --- narrowing --- */

/*
 * The lowest place in @bracket that holds values which were not tried; false: there is none, or it is not worth while.
 * What is void parts it in two: the search stays below, where the smallest survivor is looked for.
 */
static bool find_gap(const struct kho_boundary *boundary, struct bracket bracket, struct gap *gap)
{
	if (bracket.at - bracket.below > MOST_VOID)
		return false;
	for (int i = bracket.below; i < bracket.at; i++) {
		*gap = (struct gap){ .below = boundary->config.low - 1, .above = boundary->config.high + 1 };
		gap->below_tried = i >= 0;
		gap->above_tried = i + 1 < (int)boundary->points->len;
		if (gap->below_tried)
			gap->below = point_at(boundary, i)->value;
		if (gap->above_tried)
			gap->above = point_at(boundary, i + 1)->value;
		if (gap->above - gap->below > 1)
			return true;
	}
	return false;
}

static void want(GArray *values, const struct gap *gap, uint64_t value)
{
	value = CLAMP(value, gap->below + 1, gap->above - 1);
	for (guint i = 0; i < values->len; i++)
		if (g_array_index(values, uint64_t, i) == value)
			return;
	g_array_append_val(values, value);
}

static void want_sections(GArray *values, const struct gap *gap, unsigned int width)
{
	uint64_t most = gap->above - gap->below - 1;
	unsigned int count = MIN(width, most);

	for (unsigned int i = 1; i <= count; i++)
		want(values, gap, gap->below + (unsigned __int128)(gap->above - gap->below) * i / (count + 1));
}

/* @number times @factor, but @most at the most. */
static uint64_t times(uint64_t number, uint64_t factor, uint64_t most)
{
	return number > most / factor ? most : number * factor;
}

/* Away from where the guess was, ever faster: the edge is likely not far. */
static void want_gallop(GArray *values, const struct gap *gap, uint64_t guess, unsigned int width)
{
	uint64_t from = gap->below_tried ? gap->below : gap->above;
	uint64_t room = gap->above - gap->below, distance = from > guess ? from - guess : guess - from;

	distance = MIN(distance, room - 1) + 1;
	for (unsigned int i = 0; i < width; i++) {
		distance = i ? times(distance, GALLOP_GROWS, room) : distance;
		want(values, gap, gap->below_tried ? from + distance : from - MIN(distance, from));
	}
}

static void want_in(const struct kho_boundary *boundary, const struct gap *gap, GArray *values)
{
	const struct kho_boundary_config *config = &boundary->config;
	bool guess_inside = config->have_guess && config->guess > gap->below && config->guess < gap->above;

	if (guess_inside) {
		want(values, gap, config->guess - 1);
		want(values, gap, config->guess);
	} else if (config->have_guess && gap->below_tried != gap->above_tried) {
		want_gallop(values, gap, config->guess, config->width);
	} else {
		want_sections(values, gap, config->width);
	}
}

/* --- what else there is to try --- */

static void want_times(GArray *values, uint64_t value, unsigned int times)
{
	while (times--)
		g_array_append_val(values, value);
}

static void want_void_again(const struct kho_boundary *boundary, GArray *values)
{
	for (guint i = 0; i < boundary->points->len; i++)
		if (!valid_tries(point_at(boundary, i)) &&
		    point_at(boundary, i)->seen[KHO_SHOWN_NOTHING] < TRIES_OF_VOID)
			want_times(values, point_at(boundary, i)->value, 1);
}

static void want_repeats_of(const struct kho_boundary *boundary, int index, GArray *values)
{
	const struct kho_boundary_point *point;
	unsigned int valid;

	if (index < 0 || index >= (int)boundary->points->len)
		return;
	point = point_at(boundary, index);
	valid = valid_tries(point);
	if (valid < boundary->config.repeats && point->seen[KHO_SHOWN_NOTHING] < TRIES_OF_VOID)
		want_times(values, point->value, boundary->config.repeats - valid);
}

static void want_repeats(const struct kho_boundary *boundary, GArray *values)
{
	struct bracket first = first_edge(boundary), last = last_edge(boundary);

	want_repeats_of(boundary, first.below, values);
	want_repeats_of(boundary, first.at, values);
	if (last.below != first.below)
		want_repeats_of(boundary, last.below, values);
	if (last.at != first.at)
		want_repeats_of(boundary, last.at, values);
}

/* Values that are [least, most] steps from @from, up or down: one in each part of a geometric row of distances. */
struct survey {
	uint64_t from, least, most;
	bool up;
};

static bool is_looked_at(const struct kho_boundary *boundary, const struct survey *survey, uint64_t near, uint64_t far)
{
	uint64_t start = survey->up ? survey->from + near : survey->from - MIN(far - 1, survey->most);
	uint64_t end = survey->up ? survey->from + MIN(far - 1, survey->most) : survey->from - near;
	guint index = find(boundary, start);

	return index < boundary->points->len && point_at(boundary, index)->value <= end;
}

/* Below a load that was rejected, and above where KHO turns itself off, nothing is handed over. */
static bool is_outside(const struct kho_boundary *boundary, const struct survey *survey, uint64_t value)
{
	for (guint i = 0; i < boundary->points->len; i++) {
		const struct kho_boundary_point *point = point_at(boundary, i);

		if (survey->up && point->value < value && side_of(boundary, i) == SIDE_BEYOND)
			return true;
		if (!survey->up && point->value > value && point->value < survey->from &&
		    always(point, KHO_SHOWN_REJECTED))
			return true;
	}
	return false;
}

/* Do @count parts, each @growth times as far away as the one before, reach beyond the end? */
static bool reaches(const struct survey *survey, unsigned int count, uint64_t growth)
{
	unsigned __int128 reach = survey->least;

	while (count-- && reach <= survey->most)
		reach *= growth;
	return reach > survey->most;
}

/* The smallest growth that does. */
static uint64_t growth_for(const struct survey *survey, unsigned int count)
{
	uint64_t short_of = 1, enough = survey->most + 1;

	while (enough - short_of > 1) {
		uint64_t middle = short_of + (enough - short_of) / 2;

		if (reaches(survey, count, middle))
			enough = middle;
		else
			short_of = middle;
	}
	return enough;
}

static void want_survey(const struct kho_boundary *boundary, struct survey survey, GArray *values)
{
	unsigned int count = boundary->config.survey;
	bool all = survey.most <= count; /* then each has its own part */
	uint64_t growth = all ? 1 : growth_for(&survey, count);

	for (uint64_t near = survey.least, i = 0; i < count && near <= survey.most; i++) {
		uint64_t far = all ? near + 1 : times(near, growth, survey.most + 1);
		uint64_t value = survey.up ? survey.from + near : survey.from - near;

		if (!is_looked_at(boundary, &survey, near, far) && !is_outside(boundary, &survey, value))
			want_times(values, value, 1);
		near = far;
	}
}

static uint64_t value_at(const struct kho_boundary *boundary, int index)
{
	return index < (int)boundary->points->len ? point_at(boundary, index)->value : boundary->config.high + 1;
}

static void want_surveys(const struct kho_boundary *boundary, GArray *values)
{
	const struct kho_boundary_config *config = &boundary->config;
	uint64_t first = value_at(boundary, first_edge(boundary).at), last = value_at(boundary, last_edge(boundary).at);

	want_survey(boundary, (struct survey){ .from = first, .least = 2, .most = first - config->low }, values);
	if (last <= config->high)
		want_survey(boundary,
			    (struct survey){ .from = last, .least = 1, .most = config->high - last, .up = true },
			    values);
}

/* --- all of it --- */

struct kho_boundary *kho_boundary_new(const struct kho_boundary_config *config)
{
	struct kho_boundary *boundary = g_new0(struct kho_boundary, 1);

	g_assert(config->low >= 1 && config->low <= config->high && config->high < UINT64_MAX);
	g_assert(config->repeats && config->width);
	boundary->config = *config;
	boundary->points = g_array_new(FALSE, FALSE, sizeof(struct kho_boundary_point));
	return boundary;
}

void kho_boundary_free(struct kho_boundary *boundary)
{
	g_array_unref(boundary->points);
	g_free(boundary);
}

GArray *kho_boundary_next(const struct kho_boundary *boundary)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	struct gap gap;

	want_void_again(boundary, values);
	if (!values->len &&
	    (find_gap(boundary, last_edge(boundary), &gap) || find_gap(boundary, first_edge(boundary), &gap)))
		want_in(boundary, &gap, values);
	if (!values->len) {
		want_repeats(boundary, values);
		want_surveys(boundary, values);
	}
	return values;
}

void kho_boundary_see(struct kho_boundary *boundary, uint64_t value, enum kho_shown shown)
{
	guint index = find(boundary, value);

	g_return_if_fail(value >= boundary->config.low && value <= boundary->config.high && shown < KHO_NR_SHOWN);
	if (!is_tried(boundary, value)) {
		struct kho_boundary_point point = { .value = value };

		g_array_insert_val(boundary->points, index, point);
	}
	point_at(boundary, index)->seen[shown]++;
}

static struct kho_boundary_edge edge_of(const struct kho_boundary *boundary, struct bracket bracket)
{
	struct kho_boundary_edge edge = { .have_below = bracket.below >= 0 };

	edge.have_at = bracket.at < (int)boundary->points->len && side_of(boundary, bracket.at) == SIDE_SURVIVES;
	if (edge.have_below)
		edge.below = point_at(boundary, bracket.below)->value;
	if (edge.have_at)
		edge.at = point_at(boundary, bracket.at)->value;
	return edge;
}

static void find_ends(const struct kho_boundary *boundary, struct kho_boundary_result *result)
{
	bool rejected = true;

	for (guint i = 0; i < boundary->points->len; i++) {
		const struct kho_boundary_point *point = point_at(boundary, i);

		rejected &= !valid_tries(point) || always(point, KHO_SHOWN_REJECTED);
		if (rejected && valid_tries(point)) {
			result->have_rejected = true;
			result->rejected = point->value;
		}
		if (!result->have_disabled && side_of(boundary, i) == SIDE_BEYOND) {
			result->have_disabled = true;
			result->disabled = point->value;
		}
	}
}

void kho_boundary_result(const struct kho_boundary *boundary, struct kho_boundary_result *result)
{
	struct bracket first = first_edge(boundary), last = last_edge(boundary);

	*result = (struct kho_boundary_result){
		.first = edge_of(boundary, first),
		.last = edge_of(boundary, last),
		.monotonic = first.below == last.below,
		.agree = true,
	};
	for (guint i = 0; i < boundary->points->len; i++) {
		const struct kho_boundary_point *point = point_at(boundary, i);

		result->agree &= !kho_boundary_point_flaky(point);
		result->tries += valid_tries(point) + point->seen[KHO_SHOWN_NOTHING];
	}
	find_ends(boundary, result);
}

const GArray *kho_boundary_points(const struct kho_boundary *boundary)
{
	return boundary->points;
}
