// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/schedule.h"

struct piece {
	uint64_t memory;
	bool started;
};

struct kho_schedule {
	guint jobs, running, started;
	uint64_t memory, used;
	GArray *pieces; /* of struct piece */
};

struct kho_schedule *kho_schedule_new(guint jobs, uint64_t memory)
{
	struct kho_schedule *schedule = g_new0(struct kho_schedule, 1);

	schedule->jobs = MAX(jobs, 1);
	schedule->memory = memory;
	schedule->pieces = g_array_new(FALSE, TRUE, sizeof(struct piece));
	return schedule;
}

void kho_schedule_free(struct kho_schedule *schedule)
{
	g_array_unref(schedule->pieces);
	g_free(schedule);
}

void kho_schedule_add(struct kho_schedule *schedule, uint64_t memory)
{
	struct piece piece = { .memory = memory };

	g_array_append_val(schedule->pieces, piece);
}

static struct piece *piece_at(const struct kho_schedule *schedule, guint index)
{
	return &g_array_index(schedule->pieces, struct piece, index);
}

static bool fits(const struct kho_schedule *schedule, const struct piece *piece)
{
	return schedule->used <= schedule->memory && piece->memory <= schedule->memory - schedule->used;
}

bool kho_schedule_next(struct kho_schedule *schedule, guint *next)
{
	struct piece *best = NULL;

	if (schedule->running >= schedule->jobs)
		return false;
	for (guint i = 0; i < schedule->pieces->len; i++) {
		struct piece *piece = piece_at(schedule, i);

		if (piece->started || !fits(schedule, piece) || (best && piece->memory <= best->memory))
			continue;
		best = piece;
		*next = i;
	}
	if (!best)
		return false;
	best->started = true;
	schedule->started++;
	schedule->running++;
	schedule->used += best->memory;
	return true;
}

void kho_schedule_done(struct kho_schedule *schedule, guint index)
{
	schedule->running--;
	schedule->used -= piece_at(schedule, index)->memory;
}

guint kho_schedule_running(const struct kho_schedule *schedule)
{
	return schedule->running;
}

guint kho_schedule_left(const struct kho_schedule *schedule)
{
	return schedule->pieces->len - schedule->started;
}
