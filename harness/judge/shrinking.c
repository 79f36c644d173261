// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/shrinking.h"

struct shrinking {
	kho_shrinking_ask ask;
	void *data;
	GHashTable *asked; /* texts of cells that show something else */
	struct kho_shrunk *shrunk;
};

static char *text_of(const struct kho_simpler *simpler)
{
	g_autofree char *topology = kho_topology_format(simpler->topology);

	return g_strconcat(simpler->scratch->text, "\n", topology, NULL);
}

static enum kho_shows ask(const struct shrinking *shrinking, const struct kho_simpler *simpler)
{
	g_autofree char *text = text_of(simpler);
	enum kho_shows shows;

	if (g_hash_table_contains(shrinking->asked, text))
		return KHO_SHOWS_OTHER;
	shows = shrinking->ask(simpler, shrinking->data);
	if (shows == KHO_SHOWS_OTHER)
		g_hash_table_add(shrinking->asked, g_steal_pointer(&text));
	return shows;
}

static void step_to(struct kho_shrunk *shrunk, struct kho_simpler *simpler)
{
	kho_shrunk_clear(shrunk);
	shrunk->topology = g_steal_pointer(&simpler->topology);
	shrunk->scratch = g_steal_pointer(&simpler->scratch);
	shrunk->steps++;
}

/* One step. False: there is none. */
static bool step(const struct shrinking *shrinking)
{
	struct kho_shrunk *shrunk = shrinking->shrunk;
	g_autoptr(GPtrArray) all = kho_simpler_than(shrunk->topology, shrunk->scratch);

	for (guint i = 0; i < all->len; i++) {
		struct kho_simpler *simpler = g_ptr_array_index(all, i);

		switch (ask(shrinking, simpler)) {
		case KHO_SHOWS_SAME:
			step_to(shrunk, simpler);
			return true;
		case KHO_SHOWS_OTHER:
			break;
		case KHO_SHOWS_NO_MORE:
			return false;
		}
	}
	shrunk->finished = true;
	return false;
}

void kho_shrink(const struct kho_topology *topology, const struct kho_scratch_spec *scratch, kho_shrinking_ask asker,
		void *data, struct kho_shrunk *shrunk)
{
	g_autoptr(GHashTable) asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const struct shrinking shrinking = { asker, data, asked, shrunk };

	*shrunk = (struct kho_shrunk){ .topology = kho_topology_copy(topology),
				       .scratch = kho_scratch_spec_copy(scratch) };
	while (step(&shrinking))
		;
	if (shrunk->steps)
		kho_topology_describe(shrunk->topology);
}

void kho_shrunk_clear(struct kho_shrunk *shrunk)
{
	g_clear_pointer(&shrunk->topology, kho_topology_free);
	g_clear_pointer(&shrunk->scratch, kho_scratch_spec_free);
}
