/* SPDX-License-Identifier: GPL-2.0-only */
/* expected/ renewed by what a recorded run shows. */
#ifndef KHO_COMMAND_RENEWAL_H
#define KHO_COMMAND_RENEWAL_H

#include "harness/model/result.h"

/* Reads the file of each kernel in @run, takes over what cells and controls show, and writes it. */
bool kho_renew_expected(const struct kho_run *run, GError **error);

#endif
