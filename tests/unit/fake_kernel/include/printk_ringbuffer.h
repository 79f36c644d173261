/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The printk ring's structs with the members that its reader looks for, but laid out like no kernel's: who knows
 * anything beforehand reads nonsense. The unit tests write with these, and the fake kernel's DWARF describes them.
 */
#ifndef FAKE_PRINTK_RINGBUFFER_H
#define FAKE_PRINTK_RINGBUFFER_H

#include <stdint.h>

typedef struct {
	int64_t counter;
} atomic_long_t;

struct prb_data_blk_lpos {
	uint64_t next, gap, begin;
};

struct prb_desc {
	uint32_t cookie;
	struct prb_data_blk_lpos text_blk_lpos;
	char gap[3];
	atomic_long_t state_var;
};

struct printk_info {
	char device[33];
	union {
		struct {
			uint16_t facility, text_len;
		};
		uint32_t both;
	};
	uint64_t ts_nsec, gap, seq;
};

struct prb_desc_ring {
	struct printk_info *infos;
	atomic_long_t tail_id, head_id;
	struct prb_desc *descs;
	unsigned int gap, count_bits;
};

struct prb_data_ring {
	atomic_long_t head_lpos, tail_lpos;
	char *data;
	unsigned int size_bits;
};

struct printk_ringbuffer {
	atomic_long_t fail;
	struct prb_data_ring text_data_ring;
	char gap[9];
	struct prb_desc_ring desc_ring;
};

#endif
