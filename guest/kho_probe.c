// SPDX-License-Identifier: GPL-2.0-only
/* The probe: tells the harness what the running kernel is, and hands over to the next. */
#include "guest/probe.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/kernel_log.h"

static const char usage[] =
	"Usage: kho_probe --device=TTY --run=ID --stage=first|successor [--number=N]\n"
	"\n"
	"Runs inside of a kho-matrix guest; init starts it. In the first kernel it reports memory,\n"
	"scratch and estimates, preserves memory and hands over to /successor/kernel. In the successor\n"
	"it reports whether what was preserved came through.\n"
	"\n"
	"  --device=TTY   where records go\n"
	"  --run=ID       the cell's run id\n"
	"  --stage=NAME   which of the two kernels this is\n"
	"  --number=N     number of the first record (0)\n"
	"\n"
	"Example: kho_probe --device=/dev/ttyS1 --run=0123456789abcdef --stage=first\n";

void probe_missing(struct record_channel *channel, const char *what, const char *why)
{
	struct record record;

	record_begin(&record, channel, KHO_TYPE_MISSING);
	record_text(&record, "what", what);
	record_text(&record, "why", why);
	record_send(&record);
}

struct reason {
	char *text;
	size_t size;
};

static bool keep_kho_message(const char *message, void *context)
{
	struct reason *reason = context;

	if (strncmp(message, "KHO: ", strlen("KHO: ")) == 0)
		snprintf(reason->text, reason->size, "%s", message);
	return true;
}

void probe_find_reason(char *text, size_t size)
{
	struct reason reason = { text, size };

	text[0] = '\0';
	kernel_log_walk(keep_kho_message, &reason);
}

static int fail(const char *message)
{
	fprintf(stderr, "kho_probe: %s; try --help\n", message);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' }, { "run", required_argument, NULL, 'r' },
		{ "stage", required_argument, NULL, 's' },  { "number", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },	    { 0 },
	};
	const char *device = NULL, *run = NULL, *stage = NULL;
	struct record_channel channel;
	unsigned int number = 0;
	bool first;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			device = optarg;
			break;
		case 'r':
			run = optarg;
			break;
		case 's':
			stage = optarg;
			break;
		case 'n':
			number = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (!device || !run || !stage || optind < argc)
		return fail("--device, --run and --stage are needed, and nothing else");
	first = strcmp(stage, KHO_STAGE_FIRST) == 0;
	if (!first && strcmp(stage, KHO_STAGE_SUCCESSOR) != 0)
		return fail("--stage is neither first nor successor");
	if (strlen(run) != KHO_RUN_LENGTH)
		return fail("--run is not 16 digits long");
	if (!record_channel_open(&channel, device, run, first ? KHO_STAGE_FIRST : KHO_STAGE_SUCCESSOR, number)) {
		fprintf(stderr, "kho_probe: %s: %s\n", device, strerror(errno));
		return 2;
	}
	return first ? probe_first(&channel) : probe_successor(&channel);
}
