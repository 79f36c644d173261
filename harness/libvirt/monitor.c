// SPDX-License-Identifier: GPL-2.0-only
#include "harness/libvirt/monitor.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/libvirt/memory_dump.h"
#include "harness/libvirt/report.h"

#define GREETING                                                                                                     \
	"{\"QMP\": {\"version\": {\"qemu\": {\"major\": 0, \"minor\": 0, \"micro\": 0}, \"package\": \"libvirt\"}, " \
	"\"capabilities\": []}}\n"
#define PIECE (1UL << 20) /* bytes of memory at a time: the most that libvirt hands over is 4 MiB */

struct kho_monitor {
	virDomainPtr domain;
	int fd;
	GMutex lock; /* of what is written */
	gint telling, hung_up;
};

/* --- what is said --- */

static void say(struct kho_monitor *monitor, const char *text)
{
	size_t length = strlen(text);

	g_mutex_lock(&monitor->lock);
	while (length) {
		ssize_t sent = send(monitor->fd, text, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			break;
		text += sent;
		length -= sent;
	}
	g_mutex_unlock(&monitor->lock);
}

static void say_object(struct kho_monitor *monitor, JsonObject *object)
{
	JsonNode *root = json_node_init_object(json_node_alloc(), object);
	g_autofree char *text = json_to_string(root, FALSE);
	g_autofree char *line = g_strconcat(text, "\n", NULL);

	say(monitor, line);
	json_node_free(root);
	json_object_unref(object);
}

static void set_id(JsonObject *answer, JsonNode *id)
{
	if (json_object_has_member(answer, "id"))
		json_object_remove_member(answer, "id");
	if (id)
		json_object_set_member(answer, "id", json_node_copy(id));
}

static void answer(struct kho_monitor *monitor, JsonNode *id)
{
	JsonObject *object = json_object_new();

	json_object_set_object_member(object, "return", json_object_new());
	set_id(object, id);
	say_object(monitor, object);
}

static void refuse(struct kho_monitor *monitor, JsonNode *id, const char *what)
{
	JsonObject *object = json_object_new(), *error = json_object_new();
	g_autofree char *clean = g_utf8_make_valid(what, -1);

	json_object_set_string_member(error, "class", "GenericError");
	json_object_set_string_member(error, "desc", clean);
	json_object_set_object_member(object, "error", error);
	set_id(object, id);
	say_object(monitor, object);
}

/* --- commands --- */

/* The answer to a command, to be freed; NULL: libvirt says why. */
static JsonNode *execute(struct kho_monitor *monitor, JsonObject *command)
{
	JsonNode *root = json_node_init_object(json_node_alloc(), command);
	g_autofree char *text = json_to_string(root, FALSE);
	JsonNode *answered;
	char *result = NULL;

	json_node_free(root);
	if (virDomainQemuMonitorCommand(monitor->domain, text, &result, 0) < 0)
		return NULL;
	answered = json_from_string(result, NULL);
	free(result);
	if (answered && JSON_NODE_HOLDS_OBJECT(answered))
		return answered;
	g_clear_pointer(&answered, json_node_free);
	return NULL;
}

/* libvirt gives the command an id of its own. */
static void forward(struct kho_monitor *monitor, JsonObject *command, JsonNode *id)
{
	JsonNode *answered;

	if (json_object_has_member(command, "id"))
		json_object_remove_member(command, "id");
	answered = execute(monitor, command);
	if (!answered) {
		refuse(monitor, id, virGetLastErrorMessage() ?: "no answer");
		return;
	}
	set_id(json_node_get_object(answered), id);
	say_object(monitor, json_object_ref(json_node_get_object(answered)));
	json_node_free(answered);
}

/* --- memory, into a file of this host --- */

static bool peek(struct kho_monitor *monitor, guint64 address, guint64 length, FILE *file)
{
	g_autofree char *bytes = g_malloc(PIECE);

	for (guint64 done = 0; done < length;) {
		gsize piece = MIN(PIECE, length - done);

		if (virDomainMemoryPeek(monitor->domain, address + done, piece, bytes, VIR_MEMORY_PHYSICAL) < 0 ||
		    fwrite(bytes, 1, piece, file) != piece)
			return false;
		done += piece;
	}
	return true;
}

/* "x" of the human monitor, as libvirt's own reading knows no CPU. */
static bool dump(struct kho_monitor *monitor, gint64 cpu, guint64 address, guint64 length, FILE *file)
{
	g_autofree char *line = kho_memory_dump_command(address, length);
	JsonObject *command = json_object_new(), *arguments = json_object_new();
	JsonNode *answered;
	bool ok = false;

	json_object_set_string_member(arguments, "command-line", line);
	json_object_set_int_member(arguments, "cpu-index", cpu);
	json_object_set_string_member(command, "execute", "human-monitor-command");
	json_object_set_object_member(command, "arguments", arguments);
	answered = execute(monitor, command);
	json_object_unref(command);
	if (answered) {
		const char *text =
			json_object_get_string_member_with_default(json_node_get_object(answered), "return", "");
		g_autofree guint8 *bytes = kho_memory_dump_parse(text, address, length);

		ok = bytes && fwrite(bytes, 1, length, file) == length;
		json_node_free(answered);
	}
	return ok;
}

static void save(struct kho_monitor *monitor, JsonObject *arguments, bool physical, JsonNode *id)
{
	const char *path = arguments ? json_object_get_string_member_with_default(arguments, "filename", "") : "";
	guint64 address = arguments ? json_object_get_int_member_with_default(arguments, "val", 0) : 0;
	guint64 length = arguments ? json_object_get_int_member_with_default(arguments, "size", 0) : 0;
	gint64 cpu = arguments ? json_object_get_int_member_with_default(arguments, "cpu-index", 0) : 0;
	FILE *file = fopen(path, "we");
	bool ok = file && (physical ? peek(monitor, address, length, file) : dump(monitor, cpu, address, length, file));

	if (file)
		ok &= fclose(file) == 0;
	if (ok)
		answer(monitor, id);
	else
		refuse(monitor, id, "memory cannot be read");
}

static void obey(struct kho_monitor *monitor, JsonObject *command)
{
	const char *name = json_object_get_string_member_with_default(command, "execute", "");
	JsonObject *arguments = json_object_has_member(command, "arguments")
					? json_object_get_object_member(command, "arguments")
					: NULL;
	JsonNode *given = json_object_get_member(command, "id");
	g_autoptr(JsonNode) id = given ? json_node_copy(given) : NULL;

	if (g_str_equal(name, "qmp_capabilities"))
		answer(monitor, id);
	else if (g_str_equal(name, "pmemsave") || g_str_equal(name, "memsave"))
		save(monitor, arguments, *name == 'p', id);
	else
		forward(monitor, command, id);
}

static void *serve(void *data)
{
	struct kho_monitor *monitor = data;
	FILE *input = fdopen(dup(monitor->fd), "re");
	char *line = NULL;
	size_t size = 0;

	while (input && getline(&line, &size, input) > 0) {
		g_autoptr(JsonNode) root = json_from_string(line, NULL);

		if (root && JSON_NODE_HOLDS_OBJECT(root))
			obey(monitor, json_node_get_object(root));
	}
	free(line);
	if (input)
		fclose(input);
	g_atomic_int_set(&monitor->hung_up, 1);
	return NULL;
}

/* --- events --- */

static void took_event(virConnectPtr connection G_GNUC_UNUSED, virDomainPtr domain G_GNUC_UNUSED, const char *event,
		       long long seconds, unsigned int micros, const char *details, void *data)
{
	struct kho_monitor *monitor = data;
	g_autoptr(JsonNode) arguments = details ? json_from_string(details, NULL) : NULL;
	JsonObject *object, *timestamp;

	if (!g_atomic_int_get(&monitor->telling))
		return;
	object = json_object_new();
	timestamp = json_object_new();
	json_object_set_string_member(object, "event", event);
	if (arguments && JSON_NODE_HOLDS_OBJECT(arguments))
		json_object_set_member(object, "data", g_steal_pointer(&arguments));
	json_object_set_int_member(timestamp, "seconds", seconds);
	json_object_set_int_member(timestamp, "microseconds", micros);
	json_object_set_object_member(object, "timestamp", timestamp);
	say_object(monitor, object);
}

struct kho_monitor *kho_monitor_new(virConnectPtr connection, virDomainPtr domain, int fd, GError **error)
{
	struct kho_monitor *monitor = g_new0(struct kho_monitor, 1);

	*monitor = (struct kho_monitor){ .domain = domain, .fd = fd };
	g_mutex_init(&monitor->lock);
	if (virConnectDomainQemuMonitorEventRegister(connection, domain, NULL, took_event, monitor, NULL, 0) < 0) {
		kho_libvirt_fail(error, "no events of QEMU");
		g_free(monitor);
		return NULL;
	}
	say(monitor, GREETING);
	g_thread_unref(g_thread_new("monitor", serve, monitor));
	return monitor;
}

void kho_monitor_tell(struct kho_monitor *monitor)
{
	g_atomic_int_set(&monitor->telling, 1);
}

bool kho_monitor_hung_up(struct kho_monitor *monitor)
{
	return g_atomic_int_get(&monitor->hung_up);
}
