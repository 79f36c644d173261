/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running machine as a topology file (docs/topologies.md), as far as whoever asks may look at it. What cannot be
 * read is named in the file, and not guessed. Any Linux, whether or not the harness started it.
 */
#ifndef KHO_GUEST_CAPTURE_H
#define KHO_GUEST_CAPTURE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Writes it. @root: "" but for tests, which have a made-up /sys there. False: what a topology cannot do without is not
 * known; the comments in the file say what.
 */
bool capture_write(FILE *file, const char *root);

#endif
