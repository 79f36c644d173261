// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/random.h"

/* 2^64 divided by the golden ratio, made odd: the state walks through all 64-bit numbers. */
#define STEP 0x9e3779b97f4a7c15

static uint64_t mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return value ^ (value >> 31);
}

struct kho_random kho_random_start(uint64_t seed, uint64_t stream)
{
	return (struct kho_random){ .state = mix(seed) ^ mix(stream * STEP + STEP) };
}

uint64_t kho_random_next(struct kho_random *random)
{
	random->state += STEP;
	return mix(random->state);
}

uint64_t kho_random_below(struct kho_random *random, uint64_t bound)
{
	/* 2^64 modulo bound: so many numbers at the bottom would make some remainders likelier. */
	uint64_t surplus = -bound % bound;
	uint64_t number;

	do {
		number = kho_random_next(random);
	} while (number < surplus);
	return number % bound;
}
