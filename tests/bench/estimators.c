// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the estimators are, on one core: those that a real handover of the data set is put to, again and again. CPU
 * time, so that other work on the machine counts little. Run by ci/bench.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "estimator/replay.h"
#include "harness/judge/layout_of.h"
#include "harness/report/dataset.h"

#define SPARSEMEM_ROUNDS 1000000
#define REPLAY_ROUNDS	 10000

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const struct kho_result *find(const struct kho_recording *recording, const char *topology)
{
	for (guint i = 0; i < recording->run->results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(recording->run->results, i);

		if (strcmp(result->cell->topology->name, topology) == 0)
			return result;
	}
	return NULL;
}

static void bench_sparsemem(const struct kho_layout *layout)
{
	const struct kho_memory_ranges ranges =
		kho_memory_ranges_of(&layout->geometry, layout->ranges, layout->nr_ranges);
	const struct kho_sparsemem_input input = kho_layout_sparsemem(layout, &ranges);
	g_autofree struct kho_sparsemem_node *nodes = g_new(struct kho_sparsemem_node, layout->nr_nodes);
	g_autofree struct kho_scratch_piece *pieces =
		g_new(struct kho_scratch_piece, kho_sparsemem_count_pieces(&input) + 1);
	double begun = cpu_seconds();
	guint64 insufficient = 0;

	for (int i = 0; i < SPARSEMEM_ROUNDS; i++)
		insufficient += kho_sparsemem_estimate(&input, nodes, pieces).insufficient;
	printf("sparsemem: %.0f estimates a second (%" G_GUINT64_FORMAT " insufficient)\n",
	       SPARSEMEM_ROUNDS / (cpu_seconds() - begun), insufficient);
}

static void bench_replay(const struct kho_layout *layout)
{
	g_autofree void *workspace = g_malloc(kho_replay_workspace(layout));
	double begun = cpu_seconds();
	struct kho_replay replay;
	guint64 deaths = 0;

	for (int i = 0; i < REPLAY_ROUNDS; i++) {
		kho_replay_run(layout, workspace, NULL, NULL, &replay);
		deaths += replay.end == KHO_REPLAY_DIES;
	}
	printf("replay: %.0f a second (%" G_GUINT64_FORMAT " deaths)\n", REPLAY_ROUNDS / (cpu_seconds() - begun),
	       deaths);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KhoRecording) recording = argc == 3 ? kho_dataset_load(argv[1], &error) : NULL;
	const struct kho_result *result = recording ? find(recording, argv[2]) : NULL;
	struct kho_layout layout;
	const char *problem = result ? kho_layout_of(result, &layout) : "no such machine";

	if (problem) {
		fprintf(stderr, "usage: bench_estimators DATASET TOPOLOGY: %s\n", error ? error->message : problem);
		return 2;
	}
	printf("%s, on one core:\n", result->cell->id);
	bench_sparsemem(&layout);
	bench_replay(&layout);
	return 0;
}
