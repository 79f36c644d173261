/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that follow from a seed: enough to tell pages apart, and to choose places again. */
#ifndef KHO_GUEST_XORSHIFT_H
#define KHO_GUEST_XORSHIFT_H

#include <stdint.h>

/* What comes behind @word, which must not be 0. */
static inline uint64_t xorshift64(uint64_t word)
{
	word ^= word << 13;
	word ^= word >> 7;
	return word ^ word << 17;
}

#endif
