// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/host.h"

#include <sched.h>
#include <string.h>

#include "harness/model/pc_layout.h"

/*
 * QEMU's peak resident set over a whole handover was 0.2 GiB for 1 GiB of guest memory, 0.5 to 0.6 for 8 and
 * 2.4 to 2.5 for 64 (QEMU 7.2, Linux 6.19, 1 to 8 nodes, 1 to 8 CPUs, several sizes of scratch).
 *
 * In each of the two kernels a guest writes 64 bytes of struct page for every 4 KiB page, 16/1024, and
 * hash tables for dentries and inodes, 1.5/1024. The base is QEMU itself, translated code, the kernels
 * and initrds, with some reserve.
 */
#define BASE_COST     (350ULL << 20)
#define PER_CPU_COST  (4ULL << 20)
#define COST_PER_1024 35
#define SPAN_PER_COST \
	8192 /* QEMU has some bits for each page of a machine, holes and all: 580 instead of 455 MB with 1 TiB */

/* --- parsers --- */

/* The rest of the line that begins with @name and a separator. */
static const char *find_line(const char *text, const char *name, char separator)
{
	gsize length = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, length) && line[length] == separator)
			return line + length + 1;
	}
	return NULL;
}

/* A decimal number that ends at @end (one of these characters or the text's end). */
static bool parse_number(const char *text, const char *ends, uint64_t *value, const char **rest)
{
	char *end;

	if (!g_ascii_isdigit(*text))
		return false;
	*value = g_ascii_strtoull(text, &end, 10);
	if (*end && !strchr(ends, *end))
		return false;
	if (rest)
		*rest = end;
	return true;
}

bool kho_host_parse_meminfo(const char *text, const char *name, uint64_t *bytes)
{
	const char *value = find_line(text, name, ':');
	const char *unit;
	uint64_t kib;

	if (!value || !parse_number(value + strspn(value, " \t"), " ", &kib, &unit) || strncmp(unit, " kB", 3))
		return false;
	*bytes = kib * 1024;
	return true;
}

bool kho_host_parse_limit(const char *text, uint64_t *value)
{
	if (!strncmp(text, "max", 3) && (!text[3] || text[3] == '\n')) {
		*value = KHO_NO_LIMIT;
		return true;
	}
	return parse_number(text, "\n", value, NULL);
}

bool kho_host_parse_stat(const char *text, const char *name, uint64_t *value)
{
	const char *number = find_line(text, name, ' ');

	return number && parse_number(number, "\n", value, NULL);
}

static bool has_controller(const char *list, const char *controller)
{
	g_auto(GStrv) names = g_strsplit(list, ",", -1);

	return g_strv_contains((const char *const *)names, controller);
}

/* Lines are "NUMBER:CONTROLLERS:PATH"; version 2 has number 0 and no controllers. */
char *kho_host_parse_cgroup(const char *text, const char *controller)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) fields = g_strsplit(*line, ":", 3);

		if (g_strv_length(fields) != 3)
			continue;
		if (controller ? has_controller(fields[1], controller) : g_str_equal(fields[0], "0") && !*fields[1])
			return g_strdup(fields[2]);
	}
	return NULL;
}

static unsigned int quota_cpus(uint64_t quota, uint64_t period)
{
	return period ? MIN(quota / period + (quota % period != 0), G_MAXUINT) : 0;
}

unsigned int kho_host_parse_cpu_max(const char *text)
{
	uint64_t quota, period;
	const char *rest;

	if (!parse_number(text, " ", &quota, &rest) || *rest != ' ' || !parse_number(rest + 1, "\n", &period, NULL))
		return 0;
	return quota_cpus(quota, period);
}

/* --- control groups --- */

struct group_files {
	const char *controller; /* NULL: version 2 */
	const char *mount;
	const char *limit, *usage, *inactive;
};

static const struct group_files group_files[] = {
	{ NULL, "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file" },
	{ "memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file" },
};

static char *read_file(const char *root, const char *directory, const char *name)
{
	g_autofree char *path = g_strconcat(root, directory, name ? "/" : "", name, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static uint64_t group_left(const char *root, const char *directory, const struct group_files *files)
{
	g_autofree char *limit_text = read_file(root, directory, files->limit);
	g_autofree char *usage_text = read_file(root, directory, files->usage);
	g_autofree char *stat_text = read_file(root, directory, "memory.stat");
	uint64_t limit, usage, inactive = 0;

	if (!limit_text || !usage_text || !kho_host_parse_limit(limit_text, &limit) ||
	    !kho_host_parse_limit(usage_text, &usage) || limit == KHO_NO_LIMIT)
		return KHO_NO_LIMIT;
	if (stat_text)
		kho_host_parse_stat(stat_text, files->inactive, &inactive);
	usage -= MIN(usage, inactive);
	return limit - MIN(limit, usage);
}

/* The process's group and all groups around it; the tightest counts. */
static uint64_t hierarchy_left(const char *root, const char *group, const struct group_files *files)
{
	g_autofree char *path = g_strdup(group);
	uint64_t least = KHO_NO_LIMIT;
	char *slash;

	do {
		g_autofree char *directory = g_strconcat(files->mount, path, NULL);
		uint64_t left = group_left(root, directory, files);

		least = MIN(least, left);
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return least;
}

uint64_t kho_host_memory_available_at(const char *root)
{
	g_autofree char *meminfo = read_file(root, "/proc/meminfo", NULL);
	g_autofree char *groups = read_file(root, "/proc/self/cgroup", NULL);
	uint64_t available;

	if (!meminfo || !kho_host_parse_meminfo(meminfo, "MemAvailable", &available))
		available = KHO_NO_LIMIT;
	for (gsize i = 0; groups && i < G_N_ELEMENTS(group_files); i++) {
		g_autofree char *group = kho_host_parse_cgroup(groups, group_files[i].controller);
		uint64_t left = group ? hierarchy_left(root, group, &group_files[i]) : KHO_NO_LIMIT;

		available = MIN(available, left);
	}
	return available;
}

/* Version 2 keeps no cpu.max at the root, version 1 may have -1 for "no limit". */
static unsigned int group_cpus(const char *root, const char *groups)
{
	g_autofree char *group2 = kho_host_parse_cgroup(groups, NULL);
	g_autofree char *group1 = kho_host_parse_cgroup(groups, "cpu");
	g_autofree char *directory2 = g_strconcat("/sys/fs/cgroup", group2, NULL);
	g_autofree char *directory1 = g_strconcat("/sys/fs/cgroup/cpu", group1, NULL);
	g_autofree char *max = read_file(root, directory2, "cpu.max");
	g_autofree char *quota_text = read_file(root, directory1, "cpu.cfs_quota_us");
	g_autofree char *period_text = read_file(root, directory1, "cpu.cfs_period_us");
	uint64_t quota, period;

	if (group2 && max)
		return kho_host_parse_cpu_max(max);
	if (group1 && quota_text && period_text && kho_host_parse_limit(quota_text, &quota) &&
	    kho_host_parse_limit(period_text, &period))
		return quota_cpus(quota, period);
	return 0;
}

unsigned int kho_host_cpus_at(const char *root, unsigned int affinity)
{
	g_autofree char *groups = read_file(root, "/proc/self/cgroup", NULL);
	unsigned int granted = groups ? group_cpus(root, groups) : 0;

	return granted ? MIN(granted, affinity) : affinity;
}

/* --- this host --- */

static unsigned int affinity_cpus(void)
{
	cpu_set_t set;

	/* Fails on hosts with more than 1024 CPUs, where all that are online is close enough. */
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return g_get_num_processors();
	return MAX(CPU_COUNT(&set), 1);
}

unsigned int kho_host_cpus(void)
{
	return kho_host_cpus_at("", affinity_cpus());
}

uint64_t kho_host_memory_available(void)
{
	return kho_host_memory_available_at("");
}

uint64_t kho_host_memory_budget(void)
{
	uint64_t available = kho_host_memory_available();

	return available - available / 16;
}

uint64_t kho_machine_memory_cost(const struct kho_topology *topology)
{
	uint64_t span = kho_pc_memory(topology);

	return BASE_COST + kho_topology_cpus(topology) * PER_CPU_COST +
	       kho_topology_memory(topology) / 1024 * COST_PER_1024 + span / SPAN_PER_COST;
}
