// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/axis.h"

#include <string.h>

#include "harness/model/error.h"
#include "harness/model/size.h"

#define LOW_MEMORY     (1ULL << 32) /* ARCH_LOW_ADDRESS_LIMIT */
#define LEAST_RESERVED (4ULL << 20) /* bytes: no kernel has less in memblock.reserved, of which percents are */
#define MOST_PERCENT   UINT32_MAX   /* scratch_scale is an unsigned int */
#define MOST_SIZE      (1ULL << 50) /* bytes: no machine has that, and no sum of them overflows */
#define MOST_TEXT      60
#define SYNTAX	       "expected *% or lowmem,global,pernode with a * for the one that grows, or behind each of the three"

static const char *const kinds[KHO_NR_AXES] = {
	[KHO_AXIS_LOWMEM] = "lowmem", [KHO_AXIS_GLOBAL] = "global",   [KHO_AXIS_PERNODE] = "pernode",
	[KHO_AXIS_TOTAL] = "total",   [KHO_AXIS_PERCENT] = "percent",
};

const char *kho_axis_kind_text(enum kho_axis_kind kind)
{
	g_return_val_if_fail(kind < KHO_NR_AXES, "?");
	return kinds[kind];
}

bool kho_axis_kind_from_text(const char *text, enum kho_axis_kind *kind)
{
	for (int i = 0; i < KHO_NR_AXES; i++) {
		if (g_str_equal(text, kinds[i])) {
			*kind = i;
			return true;
		}
	}
	return false;
}

/* --- reading --- */

static bool fail(GError **error, const char *text, const char *what)
{
	g_autofree char *quoted = kho_error_quote(text);

	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", quoted, what);
	return false;
}

/* A size by the kernel's rules; @text is the whole, for messages. */
static bool read_size(const char *text, const char *size, uint64_t *bytes, GError **error)
{
	g_autofree char *spec_text = g_strdup_printf("%s,1M,1M", size);
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(spec_text, NULL);

	if (!spec)
		return fail(error, text, SYNTAX);
	if (spec->lowmem > MOST_SIZE)
		return fail(error, text, "sizes beyond 1 PiB lead nowhere");
	*bytes = spec->lowmem;
	return true;
}

/* How an area was written. */
enum area { AREA_FIXED, AREA_GROWS, AREA_PART };

static bool read_area(struct kho_axis *axis, int index, const char *word, enum area *area, GError **error)
{
	g_autofree char *size = g_strdup(word);
	uint64_t bytes;

	*area = g_str_equal(word, "*") ? AREA_GROWS : g_str_has_suffix(word, "*") ? AREA_PART : AREA_FIXED;
	if (*area == AREA_GROWS)
		return true;
	if (*area == AREA_PART)
		size[strlen(size) - 1] = '\0';
	if (!read_size(axis->text, size, &bytes, error))
		return false;
	if (*area == AREA_PART)
		axis->parts[index] = bytes;
	else
		axis->fixed[index] = g_steal_pointer(&size);
	return true;
}

static bool read_areas(struct kho_axis *axis, GError **error)
{
	g_auto(GStrv) words = g_strsplit(axis->text, ",", -1);
	unsigned int counts[] = { [AREA_FIXED] = 0, [AREA_GROWS] = 0, [AREA_PART] = 0 };
	enum area area;

	if (g_strv_length(words) != KHO_NR_AREAS)
		return fail(error, axis->text, SYNTAX);
	for (int i = 0; i < KHO_NR_AREAS; i++) {
		if (!read_area(axis, i, words[i], &area, error))
			return false;
		counts[area]++;
		if (area == AREA_GROWS)
			axis->kind = KHO_AXIS_LOWMEM + i;
	}
	if (counts[AREA_GROWS] == 1 && counts[AREA_FIXED] == KHO_NR_AREAS - 1)
		return true;
	axis->kind = KHO_AXIS_TOTAL;
	if (counts[AREA_PART] != KHO_NR_AREAS)
		return fail(error, axis->text, SYNTAX);
	if (!axis->parts[0] && !axis->parts[1] && !axis->parts[2])
		return fail(error, axis->text, "all three sizes are 0");
	return true;
}

struct kho_axis *kho_axis_parse(const char *text, GError **error)
{
	g_autoptr(KhoAxis) axis = g_new0(struct kho_axis, 1);

	axis->text = g_strdup(text);
	axis->step = KHO_PAGEBLOCK;
	if (strlen(text) > MOST_TEXT) {
		fail(error, text, "is too long");
		return NULL;
	}
	if (g_str_equal(text, "*%")) {
		axis->kind = KHO_AXIS_PERCENT;
		axis->step = 1;
	} else if (!read_areas(axis, error)) {
		return NULL;
	}
	return g_steal_pointer(&axis);
}

struct kho_axis *kho_axis_through(enum kho_axis_kind kind, const char *text, GError **error)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse(text, error);
	g_autofree char *what = NULL, *axis = NULL;
	g_auto(GStrv) words = NULL;

	if (!spec)
		return NULL;
	if (spec->percent != (kind == KHO_AXIS_PERCENT)) {
		what = g_strdup_printf("the axis %s is not that of %s", kho_axis_kind_text(kind),
				       spec->percent ? "a percentage" : "sizes");
		fail(error, text, what);
		return NULL;
	}
	if (spec->percent)
		return kho_axis_parse("*%", error);
	words = g_strsplit(text, ",", -1);
	if (kind == KHO_AXIS_TOTAL) {
		axis = g_strdup_printf("%s*,%s*,%s*", words[0], words[1], words[2]);
	} else {
		g_free(words[kind - KHO_AXIS_LOWMEM]);
		words[kind - KHO_AXIS_LOWMEM] = g_strdup("*");
		axis = g_strjoinv(",", words);
	}
	return kho_axis_parse(axis, error);
}

void kho_axis_free(struct kho_axis *axis)
{
	if (!axis)
		return;
	g_free(axis->text);
	for (int i = 0; i < KHO_NR_AREAS; i++)
		g_free(axis->fixed[i]);
	g_free(axis);
}

/* A size of the axis: "16M" or "10%". */
static bool read_value(const struct kho_axis *axis, const char *text, uint64_t *value)
{
	const char *end;

	if (axis->kind != KHO_AXIS_PERCENT)
		return kho_size_parse(text, value);
	return kho_number_parse(text, &end, value) && g_str_equal(end, "%") && *value <= MOST_PERCENT;
}

bool kho_axis_set_step(struct kho_axis *axis, const char *text, GError **error)
{
	bool percent = axis->kind == KHO_AXIS_PERCENT;
	uint64_t step;

	if (!read_value(axis, text, &step) || !step || step > LOW_MEMORY)
		return fail(error, text, percent ? "is not a step of percent, such as 10%" : "is not a step up to 4G");
	if (!percent && step % KHO_PAGEBLOCK)
		return fail(error, text, "is not a multiple of 2M: areas are given to CMA by whole pageblocks");
	axis->step = step;
	return true;
}

bool kho_axis_value_parse(const struct kho_axis *axis, const char *text, uint64_t *value, GError **error)
{
	g_autofree char *step = kho_axis_value_text(axis, 1);
	g_autofree char *what = g_strdup_printf("is not on the axis %s: not a multiple of %s", axis->text, step);
	uint64_t size;

	if (!read_value(axis, text, &size) || !size || size % axis->step)
		return fail(error, text, what);
	*value = size / axis->step;
	return true;
}

/* --- values --- */

/* Who gets the next seat: the one with most parts for each that it would have. */
static int next_seat(const struct kho_axis *axis, const uint64_t *seats)
{
	int best = 0;

	for (int i = 1; i < KHO_NR_AREAS; i++)
		if ((unsigned __int128)axis->parts[i] * (seats[best] + 1) >
		    (unsigned __int128)axis->parts[best] * (seats[i] + 1))
			best = i;
	return best;
}

/* d'Hondt never gives less than the share rounded down, so most of the way is one step. */
static void hand_out(const struct kho_axis *axis, uint64_t value, uint64_t *seats)
{
	unsigned __int128 all = (unsigned __int128)axis->parts[0] + axis->parts[1] + axis->parts[2];
	uint64_t left = value;

	for (int i = 0; i < KHO_NR_AREAS; i++) {
		seats[i] = (unsigned __int128)axis->parts[i] * value / all;
		left -= seats[i];
	}
	while (left--)
		seats[next_seat(axis, seats)]++;
}

struct kho_scratch_spec *kho_axis_spec(const struct kho_axis *axis, uint64_t value)
{
	g_autofree char *text = kho_axis_value_text(axis, value);
	uint64_t seats[KHO_NR_AREAS];
	char *words[KHO_NR_AREAS + 1] = { NULL };
	g_autofree char *spec = NULL;

	if (axis->kind == KHO_AXIS_PERCENT)
		return kho_scratch_spec_parse(text, NULL);
	if (axis->kind == KHO_AXIS_TOTAL)
		hand_out(axis, value, seats);
	for (int i = 0; i < KHO_NR_AREAS; i++)
		words[i] = axis->kind == KHO_AXIS_TOTAL ? kho_size_format(seats[i] * axis->step)
							: g_strdup(axis->fixed[i] ?: text);
	spec = g_strjoinv(",", words);
	for (int i = 0; i < KHO_NR_AREAS; i++)
		g_free(words[i]);
	return kho_scratch_spec_parse(spec, NULL);
}

uint64_t kho_axis_size(const struct kho_axis *axis, uint64_t value)
{
	return value * axis->step;
}

char *kho_axis_value_text(const struct kho_axis *axis, uint64_t value)
{
	if (axis->kind == KHO_AXIS_PERCENT)
		return g_strdup_printf("%" G_GUINT64_FORMAT "%%", kho_axis_size(axis, value));
	return kho_size_format(kho_axis_size(axis, value));
}

uint64_t kho_axis_step_bytes(const struct kho_axis *axis)
{
	return axis->kind == KHO_AXIS_PERCENT ? 0 : axis->step;
}

/* --- the end of it --- */

static uint64_t low_memory(const struct kho_topology *topology)
{
	uint64_t most = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		const struct kho_node *node = kho_topology_node(topology, nid);
		uint64_t low = 0;

		for (guint i = 0; i < node->ranges->len; i++) {
			const struct kho_range *range = &g_array_index(node->ranges, struct kho_range, i);

			low += MIN(range->end, LOW_MEMORY) - MIN(range->start, LOW_MEMORY);
		}
		most = MAX(most, low);
	}
	return most;
}

/* Of the nodes that have any: the smallest one's, or the largest one's. */
static uint64_t node_memory(const struct kho_topology *topology, bool largest)
{
	uint64_t found = 0;

	for (guint nid = 0; nid < topology->nodes->len; nid++) {
		uint64_t memory = kho_topology_node(topology, nid)->memory;

		if (memory && (!found || (memory > found) == largest))
			found = memory;
	}
	return found;
}

uint64_t kho_axis_most(const struct kho_axis *axis, const struct kho_topology *topology)
{
	switch (axis->kind) {
	case KHO_AXIS_LOWMEM:
		return low_memory(topology) / axis->step;
	case KHO_AXIS_GLOBAL:
		return node_memory(topology, true) / axis->step;
	case KHO_AXIS_PERNODE:
		return node_memory(topology, false) / axis->step;
	case KHO_AXIS_TOTAL:
		return kho_topology_memory(topology) / axis->step;
	case KHO_AXIS_PERCENT:
		return MIN(kho_topology_memory(topology) / (LEAST_RESERVED / 100), MOST_PERCENT) / axis->step;
	case KHO_NR_AXES:
		break;
	}
	g_assert_not_reached();
}
