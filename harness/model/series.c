// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/series.h"

#include <stdio.h>

static const struct kho_series table[] = {
	{
		.major = 6,
		.minor = 18,
		.place = "kernel",
		.format = "kho-v1",
		.scratch_nodes = "online",
		.finalized = true,
		.buffered = true,
	},
	{
		.major = 6,
		.minor = 19,
		.place = "kernel/liveupdate",
		.format = "kho-v1",
		.scratch_nodes = "with memory",
		.finalized = true,
		.orchestrator = true,
		.buffered = true,
	},
	{
		.major = 7,
		.minor = 1,
		.place = "kernel/liveupdate",
		.format = "kho-v3",
		.scratch_nodes = "with memory",
		.orchestrator = true,
		.buffered = true,
	},
	{
		.major = 7,
		.minor = 2,
		.place = "kernel/liveupdate",
		.format = "kho-v4",
		.scratch_nodes = "with memory",
		.orchestrator = true,
		.deferred = true,
		.by_blocks = true,
	},
	{
		.major = 7,
		.minor = 3,
		.place = "kernel/liveupdate",
		.format = "kho-v4",
		.scratch_nodes = "with memory",
		.orchestrator = true,
		.deferred = true,
		.by_blocks = true,
		.extended = true,
	},
};

const struct kho_series *kho_series_all(gsize *count)
{
	*count = G_N_ELEMENTS(table);
	return table;
}

const struct kho_series *kho_series_of(const char *text)
{
	const struct kho_series *found = NULL;
	unsigned int major, minor;

	if (!text || sscanf(text, "%u.%u", &major, &minor) != 2)
		return NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
		if (major > table[i].major || (major == table[i].major && minor >= table[i].minor))
			found = &table[i];
	return found;
}
