// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of both kernels: mounts what the probe reads, says that this kernel lives,
 * and leaves the rest to kho_probe. When the probe returns, the machine is powered off.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "guest/cmdline.h"
#include "guest/record.h"

/* On arm64 the console is no 16550, so that the one behind PCI is the first. */
#ifdef __aarch64__
#define RECORD_DEVICE "/dev/ttyS0"
#else
#define RECORD_DEVICE "/dev/ttyS1"
#endif

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
}

static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int i = 0; fd >= 0 && i < 3; i++)
		if (i != fd)
			dup2(fd, i);
}

static void __attribute__((noreturn)) loop_for_ever(void)
{
	for (;;)
		;
}

/* Planted on purpose, to prove that the harness names each rightly. */
static void plant_fault(const char *fault, struct record_channel *channel)
{
	static const char half[] = KHO_RECORD_MAGIC " 0123";

	if (strcmp(fault, KHO_FAULT_HANG) == 0)
		loop_for_ever();
	while (strcmp(fault, KHO_FAULT_WAIT) == 0)
		pause();
	if (strcmp(fault, KHO_FAULT_PANIC) == 0)
		exit(1);
	if (strcmp(fault, KHO_FAULT_EXIT) == 0)
		reboot(RB_POWER_OFF);
	if (strcmp(fault, KHO_FAULT_RESET) == 0)
		reboot(RB_AUTOBOOT);
	if (strcmp(fault, KHO_FAULT_CUT) == 0) {
		if (write(channel->fd, half, sizeof(half) - 1) > 0)
			tcdrain(channel->fd);
		loop_for_ever();
	}
}

static void say_hello(struct record_channel *channel)
{
	struct record record;
	struct utsname name;

	uname(&name);
	record_begin(&record, channel, KHO_TYPE_HELLO);
	record_text(&record, "release", name.release);
	record_send(&record);
}

#define SECONDS_TO_LINGER 3

static void run(char *const argv[])
{
	pid_t child = fork();

	if (child == 0) {
		setsid();
		ioctl(0, TIOCSCTTY, 0);
		execv(argv[0], argv);
		fprintf(stderr, "init: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static void run_probe(const char *run_id, const char *stage, struct record_channel *channel)
{
	char number[16];
	char *argv[] = { "/kho_probe", "--device",    RECORD_DEVICE, "--run", (char *)run_id,
			 "--stage",    (char *)stage, "--number",    number,  NULL };

	snprintf(number, sizeof(number), "%u", channel->number);
	run(argv);
}

int main(void)
{
	struct record_channel channel;
	char *cmdline, *run_id, *stage, *fault;

	mount_all();
	open_console();
	cmdline = cmdline_read();
	if (!cmdline)
		return 1;
	if (cmdline_value(cmdline, KHO_WORD_SHELL)) {
		puts("To hand over: /kho_probe --device=/dev/console --run=0000000000000000 --stage=first");
		fflush(stdout);
		run((char *[]){ "/bin/busybox", "sh", "-l", NULL });
		reboot(RB_POWER_OFF);
	}
	run_id = cmdline_value(cmdline, KHO_WORD_RUN);
	stage = cmdline_value(cmdline, KHO_WORD_STAGE);
	if (run_id && stage && record_channel_open(&channel, RECORD_DEVICE, run_id, stage, 0)) {
		fault = cmdline_value(cmdline, KHO_WORD_FAULT);
		if (fault)
			plant_fault(fault, &channel);
		say_hello(&channel);
		run_probe(run_id, stage, &channel);
	} else {
		fprintf(stderr, "init: no run id, no stage or no record channel\n");
	}
	sync();
	/* Who listens ends the machine at its last word. One that went first would take along what is still on its way.
	 */
	sleep(SECONDS_TO_LINGER);
	reboot(RB_POWER_OFF);
	return 1;
}
