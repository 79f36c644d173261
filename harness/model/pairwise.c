// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/pairwise.h"

/* Which pairs have met. */
struct cover {
	const guint *levels;
	guint factors;
	bool met[KHO_PAIRWISE_FACTORS][KHO_PAIRWISE_LEVELS][KHO_PAIRWISE_FACTORS][KHO_PAIRWISE_LEVELS];
};

/* How many pairs level @level of @factor would make meet, with what the factors in @chosen have. */
static guint gain(const struct cover *cover, const struct kho_combination *row, const bool *chosen, guint factor,
		  guint level)
{
	guint count = 0;

	for (guint other = 0; other < cover->factors; other++)
		if (chosen[other] && other != factor)
			count += !cover->met[factor][level][other][row->levels[other]];
	return count;
}

static void choose_best(const struct cover *cover, struct kho_combination *row, bool *chosen, guint factor)
{
	guint best = 0, most = 0;

	for (guint level = 0; level < cover->levels[factor]; level++) {
		guint count = gain(cover, row, chosen, factor, level);

		if (count > most) {
			most = count;
			best = level;
		}
	}
	row->levels[factor] = best;
	chosen[factor] = true;
}

static void note(struct cover *cover, const struct kho_combination *row)
{
	for (guint a = 0; a < cover->factors; a++)
		for (guint b = 0; b < cover->factors; b++)
			cover->met[a][row->levels[a]][b][row->levels[b]] = true;
}

/* A combination that begins with a pair that has not met; the other factors take what makes most pairs meet. */
static void add_row(struct cover *cover, guint a, guint level_a, guint b, guint level_b, GArray *rows)
{
	bool chosen[KHO_PAIRWISE_FACTORS] = { false };
	struct kho_combination row = { 0 };

	row.levels[a] = level_a;
	row.levels[b] = level_b;
	chosen[a] = chosen[b] = true;
	for (guint factor = 0; factor < cover->factors; factor++)
		if (!chosen[factor])
			choose_best(cover, &row, chosen, factor);
	note(cover, &row);
	g_array_append_val(rows, row);
}

static void add_pairs(struct cover *cover, guint a, guint b, GArray *rows)
{
	for (guint i = 0; i < cover->levels[a]; i++)
		for (guint j = 0; j < cover->levels[b]; j++)
			if (!cover->met[a][i][b][j])
				add_row(cover, a, i, b, j, rows);
}

GArray *kho_pairwise(const guint *levels, guint factors)
{
	g_autofree struct cover *cover = g_new0(struct cover, 1);
	GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct kho_combination));

	cover->levels = levels;
	cover->factors = factors;
	for (guint a = 0; a < factors; a++)
		for (guint b = a + 1; b < factors; b++)
			add_pairs(cover, a, b, rows);
	return rows;
}
