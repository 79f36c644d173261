/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Live Update Orchestrator, /dev/liveupdate (6.19 to 7.3): one session, whose files are handed over. Whatever
 * fails, errno says why.
 */
#ifndef KHO_GUEST_LUO_H
#define KHO_GUEST_LUO_H

#include <stdbool.h>
#include <stdint.h>

bool luo_is_there(void);

/* The session of the first kernel, which lives as long as it is open, and in the successor the same; -1: none. */
int luo_create(void);
int luo_retrieve(void);

/* Hands over a memfd, to be found by its token. */
bool luo_put(int session, uint64_t token, int fd);
int luo_get(int session, uint64_t token); /* its file descriptor; -1 */

/* Tells the successor's kernel that all is taken. */
bool luo_finish(int session);

#endif
