/* SPDX-License-Identifier: GPL-2.0-only */
/* The estimate in two of its three places: what the kernel says of it, and the probe's own. */
#ifndef KHO_GUEST_PROBE_ESTIMATE_H
#define KHO_GUEST_PROBE_ESTIMATE_H

#include "guest/record.h"

/* Reports geometry, memory ranges and scratch, and computes the estimate from them. */
void probe_guest_estimate(struct record_channel *channel);

/* Passes on what a patched kernel shows in debugfs. False: the kernel shows nothing. */
bool probe_kernel_estimate(struct record_channel *channel);

#endif
