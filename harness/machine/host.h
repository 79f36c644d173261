/* SPDX-License-Identifier: GPL-2.0-only */
/* What this host can give to machines, and what a machine takes. The parsers are pure. */
#ifndef KHO_MACHINE_HOST_H
#define KHO_MACHINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/model/topology.h"

#define KHO_NO_LIMIT UINT64_MAX

/* CPUs this process may use: its affinity, or less where a control group grants less time. At least 1. */
unsigned int kho_host_cpus(void);

/*
 * Bytes of memory that can be used without pushing others out: MemAvailable, or what the tightest
 * control group around this process leaves. Page cache that a group can drop counts as free.
 */
uint64_t kho_host_memory_available(void);

/* What all machines together may use of it: a sixteenth is left to everyone else. */
uint64_t kho_host_memory_budget(void);

/* The two above with the system's files below @root ("" for the real ones); for tests. */
uint64_t kho_host_memory_available_at(const char *root);
unsigned int kho_host_cpus_at(const char *root, unsigned int affinity);

/*
 * Bytes of host memory that QEMU will have committed at most when a handover on this machine is
 * over: guest memory is only committed where a kernel writes, which is mostly two memory maps (the
 * first kernel's and the successor's lie in different places). A payload that preserves
 * much memory comes on top. Measured, and rounded up.
 */
uint64_t kho_machine_memory_cost(const struct kho_topology *topology);

/* A line "NAME: N kB" of /proc/meminfo, in bytes. */
bool kho_host_parse_meminfo(const char *text, const char *name, uint64_t *bytes);

/* One number of a control group, or "max" (KHO_NO_LIMIT). */
bool kho_host_parse_limit(const char *text, uint64_t *value);

/* A line "NAME N" of a control group's memory.stat. */
bool kho_host_parse_stat(const char *text, const char *name, uint64_t *value);

/*
 * This process's group in /proc/self/cgroup: of version 2's only hierarchy when @controller is
 * NULL, else of version 1's hierarchy with that controller. To be freed; NULL when there is none.
 */
char *kho_host_parse_cgroup(const char *text, const char *controller);

/* "QUOTA PERIOD" (version 2's cpu.max) as CPUs, rounded up; 0: no limit or not understood. */
unsigned int kho_host_parse_cpu_max(const char *text);

#endif
