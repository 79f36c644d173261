/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which piece of work may start next: as many side by side as there are CPUs, and never more
 * than the host's memory holds. Pure.
 */
#ifndef KHO_HANDOVER_SCHEDULE_H
#define KHO_HANDOVER_SCHEDULE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct kho_schedule;

/* @jobs: most at once, at least 1. @memory: bytes for all that run at once. */
struct kho_schedule *kho_schedule_new(guint jobs, uint64_t memory);
void kho_schedule_free(struct kho_schedule *schedule);

/* Adds a piece of work that needs @memory bytes; pieces are numbered from 0 in the order of the calls. */
void kho_schedule_add(struct kho_schedule *schedule, uint64_t memory);

/*
 * Takes the next piece that may start now: the one that needs most memory of those that fit, since a large
 * one at the end would run alone. False: none may start before another has ended, or none is left.
 */
bool kho_schedule_next(struct kho_schedule *schedule, guint *piece);

/* A piece has ended. */
void kho_schedule_done(struct kho_schedule *schedule, guint piece);

guint kho_schedule_running(const struct kho_schedule *schedule);
guint kho_schedule_left(const struct kho_schedule *schedule); /* not started yet */

#endif
