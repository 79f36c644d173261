/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A child process that dies with its parent, whose last words are kept, and whose time can be
 * told apart from the time that a busy host took away from it.
 *
 * Callbacks come from the thread's default main context (of the time of the start).
 */
#ifndef KHO_MACHINE_PROCESS_H
#define KHO_MACHINE_PROCESS_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The descriptors that are handed to a child become 3, 4, 5... there, in the order given. */
#define KHO_PROCESS_FIRST_FD 3

struct kho_process;

struct kho_process_end {
	bool signaled;
	int code;	      /* exit status, or the signal's number */
	double cpu_seconds;   /* user and system, the whole life */
	uint64_t peak_memory; /* bytes: the largest resident set */
};

/* @end is valid during the call. The process may be freed from inside. */
typedef void (*kho_process_ended)(struct kho_process *process, const struct kho_process_end *end, void *data);

/*
 * Starts @argv (argv[0] is looked up in PATH) in @directory (NULL: where this process is) and in a session of its own,
 * so that Ctrl-C on the terminal reaches this process alone. Standard input and output are /dev/null, standard error is
 * collected. @fds are taken: closed here, also on failure.
 *
 * The child is killed by the kernel when the calling *thread* ends, so call from one that stays.
 *
 * @ended is called once, after the last byte of standard error was read; never from inside this
 * function, and never after kho_process_free(). Errors are KHO_ERROR_HOST.
 */
struct kho_process *kho_process_start(const char *const *argv, const char *directory, const int *fds, unsigned int nfds,
				      kho_process_ended ended, void *data, GError **error);

/*
 * From now on the process is a stand-in (stand_in.h) for another one: times are those that it writes into @times, and
 * it is asked to end, by SIGTERM, which it must do within seconds.
 */
void kho_process_stands_in(struct kho_process *process, const char *times);

/* Kills it with SIGKILL; @ended follows. Nothing happens when it has already ended. */
void kho_process_kill(struct kho_process *process);

/* Kills and reaps it when it still runs, without a call to @ended. NULL is fine. */
void kho_process_free(struct kho_process *process);
typedef struct kho_process KhoProcess;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KhoProcess, kho_process_free)

pid_t kho_process_pid(const struct kho_process *process);

/* What it wrote to standard error until now; of more than 64 KiB only the end. Always valid UTF-8. */
char *kho_process_stderr(const struct kho_process *process);

/* The last line of that which is not empty, for an error message; "" when there is none. */
char *kho_process_last_words(const struct kho_process *process);

/* Seconds since the start; stands still once the process has ended. */
double kho_process_wall_time(const struct kho_process *process);

/*
 * Seconds since the start in which the process ran or slept, but did not wait for a CPU: the
 * clock for deadlines, because it stops while a busy host lets a guest wait.
 *
 * Between two calls every thread's growth of run delay (second field of
 * /proc/PID/task/TID/schedstat, nanoseconds) is looked at, and the largest is taken off the wall
 * time of that interval. The largest, because a guest whose one virtual CPU waits may be held up
 * as a whole (its others spin or sleep until it comes), while the sum would count the same second
 * once for every thread. By interval, because a thread that waited early and one that waited late
 * both held the guest up. So call it regularly (several times a second); one call at the end would
 * see only the thread that waited longest in total.
 *
 * Time in the host's kernel (stime of /proc/PID/task/TID/stat) is taken off as well: the guest stands still while its
 * memory is made. On a host that is a machine itself that may be slow the first time and fast the next: the same
 * memory map took a kernel 0.3 s here and its successor 1.6 s.
 *
 * The kernel books a wait when it is over, so a wait still under way shows late: what does not fit
 * into its own interval is taken off the following ones. The clock never runs backwards. It is
 * the wall time where the kernel keeps no such statistics, and time that a hypervisor steals from
 * this host counts as running.
 */
double kho_process_guest_time(struct kho_process *process);

/* Seconds of CPU that all its threads have used so far, but for those in the host's kernel. */
double kho_process_user_time(const struct kho_process *process);

#endif
