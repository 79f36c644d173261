// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho-libvirt: a machine that libvirt runs, on this host or another, as if it were a QEMU of ours. The runner starts it
 * in the machine's directory, with the descriptors that it would give to QEMU: 3 takes the console, 4 the records, 5
 * speaks QMP. What the machine's CPUs got of their host goes into ./times.
 */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/libvirt/console.h"
#include "harness/libvirt/domain.h"
#include "harness/libvirt/host_files.h"
#include "harness/libvirt/monitor.h"
#include "harness/libvirt/owner.h"
#include "harness/libvirt/report.h"
#include "harness/libvirt/times.h"
#include "harness/model/error.h"

#define LOOK_MICROSECONDS 100000
#define SECONDS_TO_END	  10

enum { CONSOLE_FD = 3, RECORDS_FD, QMP_FD };

static const char usage[] =
	"Usage: kho-libvirt URI DOMAIN.XML\n"
	"       kho-libvirt --check URI\n"
	"\n"
	"Runs a machine through libvirt, for kho-runner --backend=libvirt, which starts it. --check only connects, "
	"says what\n"
	"runs machines there, and removes what killed runs have left behind.\n"
	"\n"
	"Example: kho-libvirt --check qemu:///system\n"
	"\n"
	"Exit status: 0 the machine ended; 2 bad usage or bad input; 3 libvirt or its host failed.\n";

struct machine {
	virConnectPtr connection;
	virDomainPtr domain;
	struct kho_console_pump *console, *records;
	struct kho_monitor *monitor;
	struct kho_times times;
	gint ended; /* libvirt says so */
};

static volatile sig_atomic_t asked_to_end;

/* A libvirtd that does not answer must not keep us: the connection's end ends the machine. */
static void end_soon(void)
{
	alarm(SECONDS_TO_END);
}

static void end_asked(int number G_GNUC_UNUSED)
{
	asked_to_end = 1;
	end_soon();
}

static void *run_events(void *data G_GNUC_UNUSED)
{
	while (virEventRunDefaultImpl() == 0)
		;
	return NULL;
}

static void say_nothing(void *data G_GNUC_UNUSED, virErrorPtr error G_GNUC_UNUSED)
{
}

static virConnectPtr connect_to(const char *uri, GError **error)
{
	virConnectPtr connection;
	g_autofree char *what = g_strdup_printf("no connection to %s", uri);

	virSetErrorFunc(NULL, say_nothing);
	if (virEventRegisterDefaultImpl() < 0) {
		kho_libvirt_fail(error, what);
		return NULL;
	}
	g_thread_unref(g_thread_new("events", run_events, NULL));
	connection = virConnectOpenAuth(uri, virConnectAuthPtrDefault, VIR_CONNECT_NO_ALIASES);
	if (!connection)
		kho_libvirt_fail(error, what);
	else
		virConnectSetKeepAlive(connection, 5, 3);
	return connection;
}

static void sweep(virConnectPtr connection)
{
	kho_domain_sweep(connection);
	kho_host_files_sweep(connection);
}

/* --- a machine --- */

static int lifecycle(virConnectPtr connection G_GNUC_UNUSED, virDomainPtr domain G_GNUC_UNUSED, int event,
		     int detail G_GNUC_UNUSED, void *data)
{
	struct machine *machine = data;

	if (event == VIR_DOMAIN_EVENT_STOPPED || event == VIR_DOMAIN_EVENT_CRASHED)
		g_atomic_int_set(&machine->ended, 1);
	return 0;
}

static bool start_domain(struct machine *machine, const char *xml, GError **error)
{
	g_autofree char *name = kho_owner_name();
	struct kho_host_files *files = kho_host_files_new(machine->connection, name, error);

	if (files)
		machine->domain = kho_domain_start(machine->connection, files, xml, name, error);
	/* QEMU has read them. */
	kho_host_files_free(files);
	return machine->domain;
}

static bool listen_to(struct machine *machine, GError **error)
{
	if (virConnectDomainEventRegisterAny(machine->connection, machine->domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
					     VIR_DOMAIN_EVENT_CALLBACK(lifecycle), machine, NULL) < 0)
		return kho_libvirt_fail(error, "no events");
	machine->console = kho_console_pump(machine->connection, machine->domain, "serial0", CONSOLE_FD, error);
	if (machine->console)
		machine->records = kho_console_pump(machine->connection, machine->domain, "serial1", RECORDS_FD, error);
	if (!machine->records)
		return false;
	machine->monitor = kho_monitor_new(machine->connection, machine->domain, QMP_FD, error);
	return machine->monitor;
}

static bool start(struct machine *machine, const char *xml, GError **error)
{
	if (!start_domain(machine, xml, error) || !listen_to(machine, error))
		return false;
	kho_monitor_tell(machine->monitor);
	return virDomainResume(machine->domain) == 0 || kho_libvirt_fail(error, "the domain does not run");
}

static void watch(struct machine *machine)
{
	while (!asked_to_end && !g_atomic_int_get(&machine->ended) && !kho_monitor_hung_up(machine->monitor) &&
	       virConnectIsAlive(machine->connection) == 1) {
		kho_times_look(&machine->times, machine->domain);
		kho_stand_in_write(KHO_STAND_IN_TIMES, &machine->times.all);
		g_usleep(LOOK_MICROSECONDS);
	}
	end_soon();
	kho_times_look(&machine->times, machine->domain);
	kho_stand_in_write(KHO_STAND_IN_TIMES, &machine->times.all);
}

static enum kho_exit finish(const GError *error)
{
	if (!error)
		return KHO_EXIT_OK;
	fprintf(stderr, "kho-libvirt: %s\n", error->message);
	return kho_error_exit(error);
}

static enum kho_exit run(const char *uri, const char *path)
{
	struct machine machine = { 0 };
	g_autoptr(GError) error = NULL;
	g_autofree char *xml = NULL;

	if (!g_file_get_contents(path, &xml, NULL, &error))
		return finish(error);
	machine.connection = connect_to(uri, &error);
	if (machine.connection) {
		sweep(machine.connection);
		if (start(&machine, xml, &error))
			watch(&machine);
		end_soon();
		kho_console_stop(machine.console);
		kho_console_stop(machine.records);
		if (machine.domain)
			virDomainDestroy(machine.domain);
	}
	return finish(error);
}

static enum kho_exit check(const char *uri)
{
	g_autoptr(GError) error = NULL;
	virConnectPtr connection = connect_to(uri, &error);
	unsigned long version = 0;

	if (!connection)
		return finish(error);
	sweep(connection);
	if (virConnectGetVersion(connection, &version) == 0)
		printf("%s %lu.%lu.%lu\n", virConnectGetType(connection), version / 1000000, version / 1000 % 1000,
		       version % 1000);
	return KHO_EXIT_OK;
}

int main(int argc, char **argv)
{
	if (argc == 2 && (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h"))) {
		fputs(usage, stdout);
		return KHO_EXIT_OK;
	}
	if (argc != 3) {
		fputs("kho-libvirt: a URI and a domain's XML are needed; try --help\n", stderr);
		return KHO_EXIT_INPUT;
	}
	if (g_str_equal(argv[1], "--check"))
		return check(argv[2]);
	signal(SIGTERM, end_asked);
	/* Whoever starts us may be killed: there is something to be removed then. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	return run(argv[1], argv[2]);
}
