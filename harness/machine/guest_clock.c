// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/guest_clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void kho_guest_clock_init(struct kho_guest_clock *clock)
{
	*clock = (struct kho_guest_clock){
		.delays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
}

void kho_guest_clock_clear(struct kho_guest_clock *clock)
{
	g_clear_pointer(&clock->delays, g_hash_table_unref);
}

void kho_guest_clock_advance(struct kho_guest_clock *clock, double now, double waited, double worked)
{
	double interval = MAX(now - clock->last, 0);
	double lost;

	clock->debt += MAX(waited, 0);
	lost = MIN(clock->debt, interval);
	clock->debt -= lost;
	clock->guest += interval - lost;
	clock->last += interval;
	/* Threads may wait one after the other while another one works all the time. */
	clock->guest = MAX(clock->guest, MIN(worked, clock->last));
}

bool kho_guest_clock_parse_schedstat(const char *text, uint64_t *run_delay)
{
	const char *field = text;
	char *end;

	for (int i = 0; i < 2; i++) {
		if (!g_ascii_isdigit(*field))
			return false;
		*run_delay = g_ascii_strtoull(field, &end, 10);
		if (*end != ' ')
			return false;
		field = end + 1;
	}
	return true;
}

bool kho_guest_clock_parse_stat(const char *text, double *user, double *system)
{
	/* The name, in parentheses, may hold anything. */
	const char *rest = strrchr(text, ')');
	guint64 user_ticks, system_ticks;

	if (!rest || sscanf(rest + 1,
			    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ",
			    &user_ticks, &system_ticks) != 2)
		return false;
	*user = (double)user_ticks / sysconf(_SC_CLK_TCK);
	*system = (double)system_ticks / sysconf(_SC_CLK_TCK);
	return true;
}

/* A thread may end at any moment, and then its files are gone or cannot be read. To be freed; NULL. */
static char *thread_file(pid_t pid, const char *tid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%s/%s", pid, tid, name);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

/* What this thread lost since it was last looked at, in nanoseconds. */
static uint64_t thread_growth(GHashTable *delays, pid_t pid, const char *tid, double *worked)
{
	g_autofree char *schedstat = thread_file(pid, tid, "schedstat"), *stat = thread_file(pid, tid, "stat");
	double user = 0, system = 0;
	uint64_t delay, growth;
	uint64_t *known;

	if (!schedstat || !kho_guest_clock_parse_schedstat(schedstat, &delay))
		return 0;
	if (stat && kho_guest_clock_parse_stat(stat, &user, &system))
		delay += (uint64_t)(system * 1e9);
	*worked = MAX(*worked, user);
	known = g_hash_table_lookup(delays, tid);
	if (!known) {
		known = g_new0(uint64_t, 1);
		g_hash_table_insert(delays, g_strdup(tid), known);
	}
	/* A thread id that was used again starts from zero. */
	growth = delay >= *known ? delay - *known : delay;
	*known = delay;
	return growth;
}

double kho_guest_clock_waited(struct kho_guest_clock *clock, pid_t pid, double *worked)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", pid);
	g_autoptr(GDir) threads = g_dir_open(path, 0, NULL);
	uint64_t longest = 0;
	const char *tid;

	*worked = 0;
	while (threads && (tid = g_dir_read_name(threads))) {
		uint64_t growth = thread_growth(clock->delays, pid, tid, worked);

		longest = MAX(longest, growth);
	}
	return longest / 1e9;
}
