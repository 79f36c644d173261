// SPDX-License-Identifier: GPL-2.0-only
/* The fake kernel's log: symbols and types only; the unit tests make up what is in memory. */
#include "tests/unit/fake_kernel/include/printk_ringbuffer.h"

static struct printk_ringbuffer printk_rb_static __attribute__((used));
struct printk_ringbuffer *prb = &printk_rb_static;
struct prb_desc_ring *printk_descs; /* so that the DWARF has all types in full */
struct prb_desc printk_desc;
struct printk_info printk_info;
