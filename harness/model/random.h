/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same everywhere for the same seed, which libc's are not: SplitMix64
 * (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
 */
#ifndef KHO_MODEL_RANDOM_H
#define KHO_MODEL_RANDOM_H

#include <stdint.h>

struct kho_random {
	uint64_t state;
};

/* Streams of the same seed are unlike each other. */
struct kho_random kho_random_start(uint64_t seed, uint64_t stream);
uint64_t kho_random_next(struct kho_random *random);

/* Evenly from [0, bound); @bound is not 0. */
uint64_t kho_random_below(struct kho_random *random, uint64_t bound);

#endif
