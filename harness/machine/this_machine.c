// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/this_machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "guest/geometry.h"
#include "guest/kernel_log.h"
#include "guest/kho.h"
#include "guest/memory_blocks.h"
#include "guest/memory_map.h"
#include "guest/nodes.h"
#include "harness/model/early_trace.h"
#include "harness/model/error.h"
#include "harness/model/log_line.h"
#include "harness/model/plain_file.h"

#define LOG_MOST     (64UL << 20) /* bytes of a file */
#define NODES_MOST   1024
#define BLOCKS_MOST  (1U << 20)
#define BLOCK_MOST   (1ULL << 40)
#define CPUS_MOST    8192
#define ADDRESS_MOST (1ULL << 46) /* four-level paging */

static const struct kho_geometry x86_64 = {
	.struct_page_size = 64,
	.page_size = 4096,
	.pmd_size = 2 << 20,
	.pages_per_section = 32768,
	.map_virtual = true,
};

void kho_this_machine_free(struct kho_this_machine *machine)
{
	g_free(machine->release);
	g_array_unref(machine->ranges);
	g_array_unref(machine->cpus);
	g_array_unref(machine->events);
	g_array_unref(machine->scratch);
	g_ptr_array_unref(machine->unknown);
	g_free(machine);
}

static void unknown(struct kho_this_machine *machine, char *what)
{
	g_ptr_array_add(machine->unknown, what);
}

/* --- the log --- */

struct log_reader {
	struct kho_this_machine *machine;
	struct kho_early_trace *trace;
	bool inside; /* the next lines are memory ranges */
};

static bool take_message(const char *message, void *context)
{
	struct log_reader *reader = context;
	struct kho_memory_range range;

	kho_early_trace_take(reader->trace, message);
	/* kmem_cache_init(): memblock has handed over to the page allocator, also where there is no KHO. */
	if (g_str_has_prefix(message, "SLUB: "))
		kho_early_trace_end(reader->trace);
	if (g_str_equal(message, "Early memory node ranges")) {
		reader->inside = true;
		g_array_set_size(reader->machine->ranges, 0);
	} else if (reader->inside && memory_map_parse_line(message, &range)) {
		g_array_append_val(reader->machine->ranges, range);
	} else {
		reader->inside = false;
	}
	return true;
}

static bool read_log_file(struct log_reader *reader, const char *path, GError **error)
{
	g_autofree char *text = kho_plain_file_read(path, LOG_MOST, NULL, error);
	g_auto(GStrv) lines = NULL;

	if (!text)
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		take_message(kho_log_message(g_strchomp(*line)), reader);
	return true;
}

static void read_log_device(struct log_reader *reader)
{
	if (kernel_log_walk(take_message, reader))
		return;
	unknown(reader->machine, g_strdup_printf("the kernel's log: /dev/kmsg: %s (see --dmesg)",
						 errno == EPIPE ? "its beginning is overwritten" : g_strerror(errno)));
}

static void take_trace(struct kho_this_machine *machine, const struct kho_early_trace *trace)
{
	g_autofree char *problem = kho_early_trace_problem(trace);

	if (!trace->dumps)
		unknown(machine,
			g_strdup("how this machine boots: its log does not show that (boot it with memblock=debug)"));
	else if (problem)
		unknown(machine, g_strdup_printf("how this machine boots: %s", problem));
	else
		g_array_append_vals(machine->events, trace->events->data, trace->events->len);
}

static bool read_log(struct kho_this_machine *machine, const char *dmesg, GError **error)
{
	g_autoptr(KhoEarlyTrace) trace = kho_early_trace_new();
	struct log_reader reader = { .machine = machine, .trace = trace };

	if (dmesg) {
		if (!read_log_file(&reader, dmesg, error))
			return false;
	} else {
		read_log_device(&reader);
	}
	machine->printed = machine->ranges->len;
	take_trace(machine, trace);
	return true;
}

/* --- sysfs --- */

static void read_cpus(struct kho_this_machine *machine, const char *root)
{
	struct nodes nodes;

	if (nodes_read(&nodes, root))
		for (size_t nid = 0; nodes.numa && nid < nodes.count; nid++)
			g_array_append_val(machine->cpus, nodes.nodes[nid].cpus);
	nodes_free(&nodes);
}

static void read_nodes(struct kho_this_machine *machine, const char *root)
{
	struct memory_map blocks;

	read_cpus(machine, root);
	if (machine->printed || !memory_blocks_read(&blocks, root))
		return;
	g_array_append_vals(machine->ranges, blocks.ranges, blocks.count);
	memory_map_free(&blocks);
	unknown(machine, g_strdup("where memory begins and ends to the byte: it is taken from sysfs, in whole blocks"));
}

static void settle_cpus(struct kho_this_machine *machine)
{
	guint nr_cpus = 0;

	for (guint i = 0; i < machine->ranges->len; i++) {
		guint nid = g_array_index(machine->ranges, struct kho_memory_range, i).node;

		if (machine->cpus->len <= nid)
			g_array_set_size(machine->cpus, nid + 1);
	}
	for (guint nid = 0; nid < machine->cpus->len; nid++)
		nr_cpus += g_array_index(machine->cpus, guint, nid);
	if (nr_cpus)
		return;
	unknown(machine, g_strdup("which node has which CPUs: node 0 is taken to have all of them"));
	g_array_index(machine->cpus, guint, 0) = g_get_num_processors();
}

/* --- geometry and scratch --- */

static void read_geometry(struct kho_this_machine *machine, const char *root)
{
	if (!*root && geometry_read(&machine->geometry))
		return;
	unknown(machine, g_strdup_printf("the kernel's geometry: /proc/kcore: %s; taken to be x86-64's usual one",
					 *root ? "not looked at" : g_strerror(errno)));
	machine->geometry = x86_64;
}

static void read_scratch(struct kho_this_machine *machine, const char *root)
{
	struct kho_scratch_area *areas = NULL;
	size_t count = 0;

	if (!*root)
		areas = kho_read_scratch(&count);
	else
		errno = ENOENT;
	if (areas)
		g_array_append_vals(machine->scratch, areas, count);
	else
		unknown(machine, g_strdup_printf("scratch as it is: /sys/kernel/debug/kho: %s%s", g_strerror(errno),
						 errno == ENOENT ? " (KHO is off, or debugfs not mounted)" : ""));
	free(areas);
}

static bool ranges_valid(const GArray *ranges)
{
	const struct kho_memory_ranges all = {
		.ranges = (const struct kho_memory_range *)ranges->data,
		.count = ranges->len,
		.page_size = x86_64.page_size,
		.section_bytes = x86_64.page_size * x86_64.pages_per_section,
	};

	return kho_memory_ranges_valid(&all, NODES_MOST) && all.ranges[all.count - 1].end <= ADDRESS_MOST;
}

static bool is_x86_64(struct kho_this_machine *machine, GError **error)
{
	struct utsname name;

	uname(&name);
	machine->release = g_strdup(name.release);
	if (g_str_equal(name.machine, "x86_64"))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--live: this machine is %s, and only x86_64 is modelled",
		    name.machine);
	return false;
}

struct kho_this_machine *kho_this_machine_read(const char *dmesg, const char *root, GError **error)
{
	g_autoptr(KhoThisMachine) machine = g_new0(struct kho_this_machine, 1);

	machine->ranges = g_array_new(FALSE, FALSE, sizeof(struct kho_memory_range));
	machine->cpus = g_array_new(FALSE, TRUE, sizeof(guint));
	machine->events = g_array_new(FALSE, FALSE, sizeof(struct kho_early_event));
	machine->scratch = g_array_new(FALSE, FALSE, sizeof(struct kho_scratch_area));
	machine->unknown = g_ptr_array_new_with_free_func(g_free);
	if (!is_x86_64(machine, error) || !read_log(machine, dmesg, error))
		return NULL;
	read_nodes(machine, root);
	if (!machine->ranges->len) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "--live: this machine's memory is not known: neither the kernel's log nor "
			    "/sys/devices/system/memory tells; give its log with --dmesg=FILE");
		return NULL;
	}
	if (!ranges_valid(machine->ranges)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "--live: the memory ranges of this machine make no sense");
		return NULL;
	}
	settle_cpus(machine);
	read_geometry(machine, root);
	read_scratch(machine, root);
	return g_steal_pointer(&machine);
}
