// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/times.h"

#include <string.h>

static guint64 value(virDomainStatsRecordPtr record, const char *name)
{
	unsigned long long found = 0;

	virTypedParamsGetULLong(record->params, record->nparams, name, &found);
	return found;
}

static guint64 growth(guint64 *known, guint64 now)
{
	guint64 grown = now > *known ? now - *known : 0;

	*known = MAX(*known, now);
	return grown;
}

/* As kho_process_guest_time() does: the longest wait of a CPU, and the time in the host's kernel. */
static void take(struct kho_times *times, virDomainStatsRecordPtr record)
{
	guint64 longest = 0, worked = 0;

	for (guint cpu = 0; cpu < KHO_TIMES_MAX_CPUS; cpu++) {
		g_autofree char *delay = g_strdup_printf("vcpu.%u.delay", cpu);
		g_autofree char *time = g_strdup_printf("vcpu.%u.time", cpu);

		longest = MAX(longest, growth(&times->delays[cpu], value(record, delay)));
		worked = MAX(worked, value(record, time));
	}
	times->all.lost += longest + growth(&times->all.system, value(record, "cpu.system"));
	growth(&times->all.user, value(record, "cpu.user"));
	/* The time of a virtual CPU has its time in the host's kernel in it. */
	if (worked > times->all.system)
		growth(&times->all.worked, worked - times->all.system);
}

void kho_times_look(struct kho_times *times, virDomainPtr domain)
{
	virDomainPtr domains[] = { domain, NULL };
	virDomainStatsRecordPtr *records = NULL;
	int count = virDomainListGetStats(domains, VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_VCPU, &records,
					  VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);

	if (count == 1)
		take(times, records[0]);
	if (count >= 0)
		virDomainStatsRecordListFree(records);
}
