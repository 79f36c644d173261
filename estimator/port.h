/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the estimators need from where they are compiled: the kernel, the
 * guest's probe or the host. Nothing else may be included by an estimator.
 */
#ifndef KHO_ESTIMATOR_PORT_H
#define KHO_ESTIMATOR_PORT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint64_t u64;
#endif

#endif
