// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/accel.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/machine/process.h"
#include "harness/machine/qemu_args.h"

#define DEFAULT_SECONDS	  10.0
#define DEFAULT_CMDLINE	  "console=ttyS0 earlyprintk=ttyS0 panic=-1"
#define DEFAULT_MARKER	  "Run /init as init process"
#define TICK_MILLISECONDS 50
#define MEMORY		  (512ULL << 20)

struct attempt {
	const char *marker;
	double seconds;
	GMainLoop *loop;
	struct kho_process *process;
	int console;
	GString *text; /* of the console */
	bool works;
	char *why; /* the first reason stands */
};

static void finish(struct attempt *attempt, bool works, char *why)
{
	if (attempt->works || attempt->why) {
		g_free(why);
		return;
	}
	attempt->works = works;
	attempt->why = why;
	g_main_loop_quit(attempt->loop);
}

/* QEMU complains of missing CPU features before it says what is fatal. */
static char *first_complaint(const struct kho_process *process)
{
	g_autofree char *text = kho_process_stderr(process);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (**line && !strstr(*line, "warning:"))
			return g_strdup(*line);
	}
	return NULL;
}

/* False: nothing more is there for now, or nothing more will come. */
static bool read_console(struct attempt *attempt)
{
	char buffer[4096];
	ssize_t n = recv(attempt->console, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n <= 0)
		return n < 0 && errno == EINTR;
	g_string_append_len(attempt->text, buffer, n);
	if (memmem(attempt->text->str, attempt->text->len, attempt->marker, strlen(attempt->marker)))
		finish(attempt, true, NULL);
	return true;
}

static gboolean on_console(int fd G_GNUC_UNUSED, GIOCondition condition, void *data)
{
	while (read_console(data))
		;
	return condition & G_IO_HUP ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void on_ended(struct kho_process *process, const struct kho_process_end *end, void *data)
{
	g_autofree char *complaint = first_complaint(process);

	while (read_console(data))
		;
	if (!complaint)
		complaint = g_strdup_printf("QEMU ended with %s %d", end->signaled ? "signal" : "status", end->code);
	finish(data, false, g_steal_pointer(&complaint));
}

/* A guest that died in KVM leaves QEMU waiting: only standard error and the clock tell. */
static gboolean on_tick(void *data)
{
	struct attempt *attempt = data;
	g_autofree char *text = kho_process_stderr(attempt->process);
	const char *internal = strstr(text, "KVM internal error");

	if (internal)
		finish(attempt, false, g_strndup(internal, strcspn(internal, "\n")));
	else if (kho_process_guest_time(attempt->process) > attempt->seconds)
		finish(attempt, false,
		       g_strdup_printf("a guest did not reach \"%s\" within %g s", attempt->marker, attempt->seconds));
	return G_SOURCE_CONTINUE;
}

static struct kho_topology *probe_topology(void)
{
	struct kho_topology *topology = kho_topology_new("kvm-probe", "");

	kho_topology_add_node(topology, MEMORY, 1);
	return topology;
}

static bool start(struct attempt *attempt, const struct kho_accel_probe *probe)
{
	g_autoptr(KhoTopology) topology = probe_topology();
	const struct kho_machine_config machine = {
		.arch = &kho_arch_x86_64,
		.topology = topology,
		.qemu_binary = probe->qemu_binary,
		.kernel_image = probe->kernel_image,
		.initrd = probe->initrd,
		.cmdline = probe->cmdline ? probe->cmdline : DEFAULT_CMDLINE,
		.kvm = true,
		.channels.console = { .kind = KHO_CHANNEL_FD, .fd = KHO_PROCESS_FIRST_FD },
	};
	g_auto(GStrv) args = kho_qemu_args(&machine);
	g_autoptr(GError) error = NULL;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		attempt->why = g_strdup_printf("no channel to a machine: %s", g_strerror(errno));
		return false;
	}
	attempt->console = pair[0];
	attempt->process = kho_process_start((const char *const *)args, NULL, &pair[1], 1, on_ended, attempt, &error);
	if (!attempt->process)
		attempt->why = g_strdup(error->message);
	return attempt->process != NULL;
}

static void attach(GMainContext *context, GSource *source, GSourceFunc callback, void *data)
{
	g_source_set_callback(source, callback, data, NULL);
	g_source_attach(source, context);
	g_source_unref(source);
}

/* The loop is the attempt's own, so that nothing else of the program runs meanwhile. */
static void run(struct attempt *attempt, const struct kho_accel_probe *probe)
{
	g_autoptr(GMainContext) context = g_main_context_new();

	g_main_context_push_thread_default(context);
	attempt->loop = g_main_loop_new(context, FALSE);
	if (start(attempt, probe)) {
		attach(context, g_unix_fd_source_new(attempt->console, G_IO_IN | G_IO_HUP), G_SOURCE_FUNC(on_console),
		       attempt);
		attach(context, g_timeout_source_new(TICK_MILLISECONDS), on_tick, attempt);
		g_main_loop_run(attempt->loop);
	}
	kho_process_free(attempt->process);
	g_main_loop_unref(attempt->loop);
	g_main_context_pop_thread_default(context);
}

bool kho_accel_kvm_works(const struct kho_accel_probe *probe, char **why)
{
	struct attempt attempt = {
		.marker = probe->marker ? probe->marker : DEFAULT_MARKER,
		.seconds = probe->seconds > 0 ? probe->seconds : DEFAULT_SECONDS,
		.console = -1,
		.text = g_string_new(NULL),
	};

	run(&attempt, probe);
	if (attempt.console >= 0)
		close(attempt.console);
	g_string_free(attempt.text, TRUE);
	if (why && !attempt.works)
		*why = g_steal_pointer(&attempt.why);
	g_free(attempt.why);
	return attempt.works;
}
