// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/machine/guest_clock.h"
#include "harness/machine/stand_in.h"
#include "harness/model/error.h"

#define STDERR_KEPT (64 * 1024)
/* How much is read after the end; more can only come from a stranger that still holds the pipe. */
#define DRAIN_LIMIT (1024 * 1024)

struct kho_process {
	char *name;
	pid_t pid;
	bool reaped;
	int pidfd;
	int stderr_fd; /* the reading end */
	GSource *exit_source;
	GSource *stderr_source;
	GString *stderr_text;
	int64_t started; /* microseconds, monotonic */
	double lifetime; /* seconds, once reaped */
	struct kho_guest_clock clock;
	char *times;   /* the file of a stand-in; NULL: it is none */
	uint64_t lost; /* nanoseconds, by that file, when it was read last */
	struct kho_process_end end;
	kho_process_ended ended;
	void *data;
};

/* Runs in the child between fork and exec: only async-signal-safe calls. */
static void prepare_child(void *data)
{
	pid_t parent = *(pid_t *)data;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(126);
	/* The parent may have died before the line above; then no signal comes any more. */
	if (getppid() != parent)
		_exit(126);
	setsid();
	/* A crash must not leave a core file with a guest's memory in it. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}

static bool spawn(struct kho_process *process, const char *const *argv, const char *directory, const int *fds,
		  unsigned int nfds, GError **error)
{
	g_autofree int *targets = g_new0(int, nfds + 1);
	g_autoptr(GError) cause = NULL;
	pid_t parent = getpid();
	int ends[2];
	gboolean ok;

	for (unsigned int i = 0; i < nfds; i++)
		targets[i] = KHO_PROCESS_FIRST_FD + i;
	if (!g_unix_open_pipe(ends, FD_CLOEXEC, &cause)) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot start %s: %s", argv[0], cause->message);
		return false;
	}
	process->stderr_fd = ends[0];
	ok = g_spawn_async_with_pipes_and_fds(
		directory, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
		prepare_child, &parent, -1, -1, ends[1], fds, targets, nfds, &process->pid, NULL, NULL, NULL, &cause);
	close(ends[1]);
	if (!ok)
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot start %s: %s", argv[0], cause->message);
	return ok;
}

static void keep_stderr(struct kho_process *process, const char *bytes, gsize length)
{
	GString *text = process->stderr_text;

	g_string_append_len(text, bytes, length);
	if (text->len > STDERR_KEPT)
		g_string_erase(text, 0, text->len - STDERR_KEPT);
}

/* Reads what is there, without waiting. False: nothing more will come. */
static bool read_stderr(struct kho_process *process)
{
	char buffer[4096];
	gsize total = 0;

	while (total < DRAIN_LIMIT) {
		ssize_t n = read(process->stderr_fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n <= 0)
			return false;
		keep_stderr(process, buffer, n);
		total += n;
	}
	return true;
}

static gboolean on_stderr(int fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, void *data)
{
	return read_stderr(data) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* @options as for waitpid(). True once the child is gone. */
static bool reap(struct kho_process *process, int options)
{
	struct rusage usage = { 0 };
	struct kho_stand_in_times times;
	int status = 0;
	pid_t pid;

	do {
		pid = wait4(process->pid, &status, options, &usage);
	} while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	/* Someone else took the status away: an unknown end is never a good one. */
	if (pid < 0)
		status = W_EXITCODE(255, 0);
	process->reaped = true;
	process->lifetime = (g_get_monotonic_time() - process->started) / 1e6;
	kho_guest_clock_advance(&process->clock, process->lifetime, 0, 0);
	process->end = (struct kho_process_end){
		.signaled = WIFSIGNALED(status),
		.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		.cpu_seconds = usage.ru_utime.tv_sec + usage.ru_utime.tv_usec / 1e6 + usage.ru_stime.tv_sec +
			       usage.ru_stime.tv_usec / 1e6,
		.peak_memory = (uint64_t)usage.ru_maxrss * 1024,
	};
	if (process->times && kho_stand_in_read(process->times, &times))
		process->end.cpu_seconds = (times.user + times.system) / 1e9;
	return true;
}

static void forget_source(GSource **source)
{
	if (*source)
		g_source_destroy(*source);
	g_clear_pointer(source, g_source_unref);
}

static gboolean on_exit_ready(int fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, void *data)
{
	struct kho_process *process = data;

	if (!reap(process, WNOHANG))
		return G_SOURCE_CONTINUE;
	/* All that the child wrote is in the pipe by now. Its end of file is not waited for: a
	 * grandchild may hold the pipe open for ever. */
	read_stderr(process);
	forget_source(&process->stderr_source);
	if (process->ended)
		process->ended(process, &process->end, process->data);
	return G_SOURCE_REMOVE;
}

static GSource *watch_fd(int fd, GUnixFDSourceFunc callback, void *data)
{
	GSource *source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
	g_autoptr(GMainContext) context = g_main_context_ref_thread_default();

	g_source_set_callback(source, G_SOURCE_FUNC(callback), data, NULL);
	g_source_attach(source, context);
	return source;
}

static bool watch(struct kho_process *process, GError **error)
{
	process->pidfd = pidfd_open(process->pid, 0);
	if (process->pidfd < 0) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "cannot watch %s: pidfd_open: %s", process->name,
			    g_strerror(errno));
		return false;
	}
	g_unix_set_fd_nonblocking(process->stderr_fd, TRUE, NULL);
	process->stderr_source = watch_fd(process->stderr_fd, on_stderr, process);
	process->exit_source = watch_fd(process->pidfd, on_exit_ready, process);
	return true;
}

/* Whoever starts us may have left SIGCHLD ignored, and then the kernel throws exit statuses away. */
static void keep_exit_statuses(void)
{
	struct sigaction action;

	if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
}

struct kho_process *kho_process_start(const char *const *argv, const char *directory, const int *fds, unsigned int nfds,
				      kho_process_ended ended, void *data, GError **error)
{
	struct kho_process *process = g_new0(struct kho_process, 1);
	bool ok;

	process->name = g_strdup(argv[0]);
	process->pidfd = process->stderr_fd = -1;
	process->stderr_text = g_string_new(NULL);
	process->started = g_get_monotonic_time();
	process->ended = ended;
	process->data = data;
	kho_guest_clock_init(&process->clock);
	keep_exit_statuses();
	ok = spawn(process, argv, directory, fds, nfds, error);
	for (unsigned int i = 0; i < nfds; i++)
		close(fds[i]);
	if (ok && watch(process, error))
		return process;
	kho_process_free(process);
	return NULL;
}

void kho_process_kill(struct kho_process *process)
{
	/* Until it is reaped, here and nowhere else, the pid cannot belong to anyone else. */
	if (process->pid > 0 && !process->reaped)
		kill(process->pid, process->times ? SIGTERM : SIGKILL);
}

void kho_process_free(struct kho_process *process)
{
	if (!process)
		return;
	forget_source(&process->exit_source);
	forget_source(&process->stderr_source);
	if (process->pid > 0 && !process->reaped) {
		kho_process_kill(process);
		reap(process, 0);
	}
	if (process->pidfd >= 0)
		close(process->pidfd);
	if (process->stderr_fd >= 0)
		close(process->stderr_fd);
	kho_guest_clock_clear(&process->clock);
	g_string_free(process->stderr_text, TRUE);
	g_free(process->times);
	g_free(process->name);
	g_free(process);
}

pid_t kho_process_pid(const struct kho_process *process)
{
	return process->pid;
}

char *kho_process_stderr(const struct kho_process *process)
{
	return g_utf8_make_valid(process->stderr_text->str, process->stderr_text->len);
}

char *kho_process_last_words(const struct kho_process *process)
{
	g_autofree char *text = kho_process_stderr(process);
	char *line;

	g_strchomp(text);
	line = strrchr(text, '\n');
	return g_strdup(line ? line + 1 : text);
}

double kho_process_wall_time(const struct kho_process *process)
{
	if (process->reaped)
		return process->lifetime;
	return (g_get_monotonic_time() - process->started) / 1e6;
}

void kho_process_stands_in(struct kho_process *process, const char *times)
{
	process->times = g_strdup(times);
}

/* Seconds lost since the last call, and worked in all. */
static double waited(struct kho_process *process, double *worked)
{
	struct kho_stand_in_times times;
	double lost;

	if (!process->times)
		return kho_guest_clock_waited(&process->clock, process->pid, worked);
	*worked = 0;
	if (!kho_stand_in_read(process->times, &times) || times.lost < process->lost)
		return 0;
	lost = (times.lost - process->lost) / 1e9;
	process->lost = times.lost;
	*worked = times.worked / 1e9;
	return lost;
}

double kho_process_guest_time(struct kho_process *process)
{
	if (!process->reaped) {
		double worked, lost = waited(process, &worked);

		kho_guest_clock_advance(&process->clock, kho_process_wall_time(process), lost, worked);
	}
	return process->clock.guest;
}

double kho_process_user_time(const struct kho_process *process)
{
	struct kho_stand_in_times times;
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", process->pid);
	g_autofree char *text = NULL;
	double user, system;

	if (process->reaped)
		return process->end.cpu_seconds;
	if (process->times)
		return kho_stand_in_read(process->times, &times) ? times.user / 1e9 : 0;
	if (!g_file_get_contents(path, &text, NULL, NULL) || !kho_guest_clock_parse_stat(text, &user, &system))
		return 0;
	return user;
}
