/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as a guest would send them, made up for tests of what reads them. */
#ifndef KHO_TESTS_RECORDS_H
#define KHO_TESTS_RECORDS_H

#include <glib.h>
#include "guest/protocol.h"
#include "harness/handover/report.h"
#include "harness/model/pc_layout.h"

#define RUN "0123456789abcdef"

/* A whole record line with its right CRC, to be freed. */
static inline char *make_record(const char *run, const char *stage, unsigned int number, const char *rest)
{
	g_autofree char *text = g_strdup_printf("%s %s %s %u %s", KHO_RECORD_MAGIC, run, stage, number, rest);

	return g_strdup_printf("%s #%08x", text, kho_crc32(text, strlen(text)));
}

/* Feeds records of a stage, numbered from 0 on. */
static inline void feed(struct kho_report *report, const char *stage, const char *const *rests)
{
	for (unsigned int i = 0; rests[i]; i++) {
		g_autofree char *line = make_record(RUN, stage, i, rests[i]);

		kho_report_take(report, line);
	}
}

/* The machine of good_first. Stays until the program ends. */
static inline const struct kho_topology *good_topology(void)
{
	static struct kho_topology *topology;

	if (topology)
		return topology;
	topology = kho_topology_new("two-even", "");
	kho_topology_add_node(topology, 4ULL << 30, 1);
	kho_topology_add_node(topology, 4ULL << 30, 1);
	kho_pc_layout(topology);
	return topology;
}

/* A first kernel that hands over as it should: two nodes of 4 GiB, kho_scratch=16M,128M,32M (a recorded layout). */
static const char *const good_first[] = {
	"hello release=6.19.6",
	"kho state=on reason=",
	"geometry struct_page=64 page=4096 pmd=2097152 pages_per_section=32768 vmemmap=1",
	"range node=0 start=4096 end=651264",
	"range node=0 start=1048576 end=3221094400",
	"range node=0 start=4294967296 end=5368709120",
	"range node=1 start=5368709120 end=9663676416",
	"scratch index=0 start=3124756480 size=16777216",
	"scratch index=1 start=9458155520 size=134217728",
	"scratch index=2 start=5263851520 size=33554432",
	"scratch index=3 start=9424601088 size=33554432",
	"guest-result insufficient=1 worst=0 section_map=2097152",
	"guest-node id=0 map_count=32 required=67108864 usable=33554432 insufficient=1",
	"guest-node id=1 map_count=32 required=67108864 usable=167772160 insufficient=0",
	"kernel-state name=done",
	"kernel-geometry struct_page=64 page=4096 pmd=2097152 pages_per_section=32768 vmemmap=1",
	"kernel-result insufficient=1 worst=0 section_map=2097152",
	"kernel-node id=0 map_count=32 required=67108864 usable=33554432 insufficient=1",
	"kernel-node id=1 map_count=32 required=67108864 usable=167772160 insufficient=0",
	"warning text=KHO:%20scratch:%20node0%20max%3D32MiB%20need%3D64MiB%20for%20"
	"sparse_buffer_init(map_count%3D32%20section_map_size%3D2048KiB);%20kexec%20may%20fail",
	"preserved method=luo bytes=1048576",
	"preserved method=test_kho bytes=0",
	"load status=ok",
	"end",
	NULL,
};

static const char *const good_successor[] = {
	"hello release=6.19.6",
	"revived state=yes reason=",
	"intact method=luo state=yes reason= bytes=1048576",
	"intact method=test_kho state=yes reason= bytes=0",
	"end",
	NULL,
};

#endif
