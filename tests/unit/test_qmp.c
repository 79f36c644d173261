// SPDX-License-Identifier: GPL-2.0-only
/* The QMP client against a scripted peer on the other end of a socket pair; no QEMU takes part. */
#include "harness/machine/qmp.h"
#include "harness/model/error.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, \"capabilities\": []}}\r\n"

static int peer;
static struct kho_qmp *qmp;
static GString *seen; /* one line for each callback */

/* Data is in the socket as soon as it is written, so nothing has to be waited for. */
static void run(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static void say(const char *bytes, gsize length)
{
	while (length) {
		ssize_t n = send(peer, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EPIPE)
			break;
		if (n > 0) {
			bytes += n;
			length -= n;
		}
		run();
	}
	run();
}

static void say_text(const char *text)
{
	say(text, strlen(text));
}

/* Everything the client has sent since the last call. */
static char *heard(void)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;

	run();
	while ((n = recv(peer, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
		g_string_append_len(text, buffer, n);
	return g_string_free(text, FALSE);
}

static void expect_heard(const char *expected)
{
	g_autofree char *text = heard();

	assert_string_equal(text, expected);
}

static void expect_seen(const char *expected)
{
	run();
	assert_string_equal(seen->str, expected);
	g_string_truncate(seen, 0);
}

static void on_ready(struct kho_qmp *client, void *data)
{
	g_string_append(seen, "ready\n");
}

static void on_event(struct kho_qmp *client, const char *name, JsonObject *arguments, void *data)
{
	g_string_append_printf(seen, "event %s", name);
	if (arguments && json_object_has_member(arguments, "reason"))
		g_string_append_printf(seen, " %s", json_object_get_string_member(arguments, "reason"));
	g_string_append_c(seen, '\n');
}

static void on_closed(struct kho_qmp *client, const GError *error, void *data)
{
	assert_true(g_error_matches(error, KHO_ERROR, KHO_ERROR_HOST));
	g_string_append_printf(seen, "closed: %s\n", error->message);
}

static void on_reply(struct kho_qmp *client, JsonNode *result, const GError *error, void *data)
{
	g_autofree char *text = result ? json_to_string(result, FALSE) : NULL;

	assert_true(!result != !error);
	g_string_append_printf(seen, "%s: %s\n", (const char *)data, text ? text : error->message);
}

static int connect_peer(void **state)
{
	const struct kho_qmp_handlers handlers = { on_ready, on_event, on_closed };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	peer = pair[0];
	seen = g_string_new(NULL);
	qmp = kho_qmp_new(pair[1], &handlers, NULL);
	return 0;
}

static int hang_up(void **state)
{
	g_clear_pointer(&qmp, kho_qmp_free);
	close(peer);
	run();
	assert_string_equal(seen->str, "");
	g_string_free(seen, TRUE);
	return 0;
}

/* As far as every conversation goes. */
static void negotiate(void)
{
	say_text(GREETING);
	expect_heard("{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
	say_text("{\"return\": {}, \"id\": 1}\r\n");
	expect_seen("ready\n");
}

static void greeting_and_capabilities(void **state)
{
	expect_heard("");
	negotiate();
}

static void commands_wait_for_the_capabilities(void **state)
{
	kho_qmp_execute(qmp, "query-status", NULL, on_reply, "status");
	expect_heard("");
	say_text(GREETING);
	expect_heard("{\"execute\":\"qmp_capabilities\",\"id\":2}\n");
	say_text("{\"return\": {}, \"id\": 2}\n");
	expect_seen("ready\n");
	expect_heard("{\"execute\":\"query-status\",\"id\":1}\n");
	say_text("{\"return\": {\"running\": true}, \"id\": 1}\n");
	expect_seen("status: {\"running\":true}\n");
}

static void arguments_and_results(void **state)
{
	JsonObject *arguments = json_object_new();

	negotiate();
	json_object_set_int_member(arguments, "val", -2130706432);
	json_object_set_string_member(arguments, "filename", "a \"b\"");
	kho_qmp_execute(qmp, "memsave", arguments, on_reply, "save");
	expect_heard("{\"execute\":\"memsave\",\"arguments\":{\"val\":-2130706432,\"filename\":\"a \\\"b\\\"\"},"
		     "\"id\":2}\n");
	kho_qmp_execute(qmp, "human-monitor-command", NULL, on_reply, "human");
	kho_qmp_execute(qmp, "quit", NULL, NULL, NULL);
	g_free(heard());
	say_text(
		"{\"return\": \"RIP=1\\r\\n\", \"id\": 3}\n{\"return\": {}, \"id\": 2}\n{\"return\": {}, \"id\": 4}\n");
	expect_seen("human: \"RIP=1\\r\\n\"\nsave: {}\n");
}

static void refused_command(void **state)
{
	negotiate();
	kho_qmp_execute(qmp, "nonsense", NULL, on_reply, "reply");
	kho_qmp_execute(qmp, "odd", NULL, on_reply, "odd");
	say_text("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"not found\"}, \"id\": 2}\n"
		 "{\"error\": [], \"id\": 3}\n");
	expect_seen("reply: QMP: nonsense: not found\nodd: QMP: odd: refused without a reason\n");
}

static void events(void **state)
{
	negotiate();
	say_text("{\"timestamp\": {}, \"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, \"reason\": "
		 "\"guest-reset\"}}\n"
		 "{\"event\": \"STOP\"}\n{\"event\": \"RESET\", \"data\": 7}\n{\"event\": 7}\n");
	expect_seen("event SHUTDOWN guest-reset\nevent STOP\nevent RESET\n");
}

static void unknown_ids_are_ignored(void **state)
{
	negotiate();
	kho_qmp_execute(qmp, "query-status", NULL, on_reply, "status");
	say_text("{\"return\": {}, \"id\": 99}\n{\"return\": {}, \"id\": \"2\"}\n{\"return\": {}, \"id\": [2]}\n"
		 "{\"return\": {}}\n{\"return\": {}, \"id\": null}\n{\"return\": {}, \"id\": 2.0}\n");
	expect_seen("");
	say_text("{\"return\": {}, \"id\": 2}\n{\"return\": {}, \"id\": 2}\n");
	expect_seen("status: {}\n");
}

static void lines_in_pieces(void **state)
{
	const char *text = GREETING "\r\n{\"return\": {}, \"id\": 1}\n{\"event\": \"STOP\"}\n";

	for (const char *c = text; *c; c++)
		say(c, 1);
	expect_seen("ready\nevent STOP\n");
}

/* An idle main loop after a closed socket would turn for ever; run() would not come back then. */
static void peer_hangs_up(void **state)
{
	negotiate();
	kho_qmp_execute(qmp, "query-status", NULL, on_reply, "status");
	kho_qmp_execute(qmp, "quit", NULL, on_reply, "quit");
	say_text("{\"return\": {}, \"id\": 3}\n{\"return\": ");
	shutdown(peer, SHUT_RDWR);
	expect_seen(
		"quit: {}\nstatus: QMP: QEMU hung up (before it answered query-status)\nclosed: QMP: QEMU hung up\n");
	kho_qmp_execute(qmp, "stop", NULL, on_reply, "stop");
	expect_seen("stop: QMP: QEMU hung up (before it answered stop)\n");
}

static void peer_hangs_up_before_the_greeting(void **state)
{
	kho_qmp_execute(qmp, "stop", NULL, on_reply, "stop");
	shutdown(peer, SHUT_RDWR);
	expect_seen("stop: QMP: QEMU hung up (before it answered stop)\nclosed: QMP: QEMU hung up\n");
}

/* After garbage nothing is taken for an answer any more. */
static void expect_end(const char *bytes, gsize length, const char *reason)
{
	g_autofree char *expected = g_strdup_printf("%s (before it answered stop)\nclosed: %s\n", reason, reason);
	g_autofree char *with_command = g_strconcat("stop: ", expected, NULL);

	negotiate();
	kho_qmp_execute(qmp, "stop", NULL, on_reply, "stop");
	say(bytes, length);
	say_text("{\"return\": {}, \"id\": 2}\n");
	expect_seen(with_command);
}

static void not_json(void **state)
{
	negotiate();
	say_text("qemu: out of memory\n");
	run();
	assert_true(g_str_has_prefix(seen->str, "closed: QMP: a message is not JSON: "));
	assert_ptr_equal(strchr(seen->str, '\n'), seen->str + seen->len - 1);
	g_string_truncate(seen, 0);
}

static void neither_answer_nor_event(void **state)
{
	expect_end("{}\n", 3, "QMP: a message is neither an answer nor an event");
}

static void not_qemu(void **state)
{
	say_text("{\"event\": \"STOP\"}\n");
	expect_seen("closed: QMP: the peer does not greet as QEMU does\n");
}

static void capabilities_refused(void **state)
{
	say_text(GREETING "{\"error\": {\"desc\": \"no\"}, \"id\": 1}\n");
	expect_seen("closed: QMP: qmp_capabilities: no\n");
}

/* An event of @length bytes, without the end of line. */
static GString *long_event(gsize length)
{
	static const char head[] = "{\"event\": \"STOP\", \"x\": \"", tail[] = "\"}";
	GString *text = g_string_new(head);

	while (text->len < length - strlen(tail))
		g_string_append_c(text, '[');
	g_string_append(text, tail);
	return text;
}

static void longest_line(void **state)
{
	GString *text = long_event(KHO_QMP_LINE_MAX);

	negotiate();
	g_string_append_c(text, '\n');
	say(text->str, text->len);
	expect_seen("event STOP\n");
	g_string_free(text, TRUE);
}

static void line_too_long(void **state)
{
	GString *text = long_event(KHO_QMP_LINE_MAX + 1);

	g_string_append_c(text, '\n');
	expect_end(text->str, text->len, "QMP: a message is longer than 1048576 bytes");
	g_string_free(text, TRUE);
}

/* It must not be kept until an end of line comes: perhaps none does. */
static void line_that_never_ends(void **state)
{
	GString *text = long_event(KHO_QMP_LINE_MAX + 100000);

	expect_end(text->str, text->len, "QMP: a message is longer than 1048576 bytes");
	g_string_free(text, TRUE);
}

/* More than the socket takes at once: the rest follows when the peer reads. */
static void peer_reads_slowly(void **state)
{
	g_autofree char *big = g_strnfill(300 * 1024, 'a');
	g_autoptr(GString) text = g_string_new(NULL);

	negotiate();
	for (int i = 0; i < 3; i++) {
		JsonObject *arguments = json_object_new();

		json_object_set_string_member(arguments, "a", big);
		kho_qmp_execute(qmp, "x", arguments, NULL, NULL);
	}
	for (int i = 0; i < 1000 && text->len < 900 * 1024; i++) {
		g_autofree char *part = heard();

		g_string_append(text, part);
	}
	assert_true(g_str_has_suffix(text->str, "aaa\"},\"id\":4}\n"));
}

static void free_from_event(struct kho_qmp *client, const char *name, JsonObject *arguments, void *data)
{
	g_string_append_printf(seen, "event %s\n", name);
	g_clear_pointer(&qmp, kho_qmp_free);
}

static void free_from_reply(struct kho_qmp *client, JsonNode *result, const GError *error, void *data)
{
	g_string_append(seen, "reply\n");
	g_clear_pointer(&qmp, kho_qmp_free);
}

static void freed_from_an_event(void **state)
{
	const struct kho_qmp_handlers handlers = { .event = free_from_event };
	int pair[2];

	kho_qmp_free(qmp);
	close(peer);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	peer = pair[0];
	qmp = kho_qmp_new(pair[1], &handlers, NULL);
	kho_qmp_execute(qmp, "stop", NULL, on_reply, "dropped");
	say_text(GREETING "{\"return\": {}, \"id\": 2}\n{\"event\": \"ONE\"}\n{\"event\": \"TWO\"}\n");
	expect_seen("event ONE\n");
}

static void freed_from_a_reply(void **state)
{
	negotiate();
	kho_qmp_execute(qmp, "stop", NULL, free_from_reply, NULL);
	kho_qmp_execute(qmp, "stop", NULL, free_from_reply, NULL);
	shutdown(peer, SHUT_RDWR);
	expect_seen("reply\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_peer, hang_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(greeting_and_capabilities),
		TEST(commands_wait_for_the_capabilities),
		TEST(arguments_and_results),
		TEST(refused_command),
		TEST(events),
		TEST(unknown_ids_are_ignored),
		TEST(lines_in_pieces),
		TEST(peer_hangs_up),
		TEST(peer_hangs_up_before_the_greeting),
		TEST(not_json),
		TEST(neither_answer_nor_event),
		TEST(not_qemu),
		TEST(capabilities_refused),
		TEST(longest_line),
		TEST(line_too_long),
		TEST(line_that_never_ends),
		TEST(peer_reads_slowly),
		TEST(freed_from_an_event),
		TEST(freed_from_a_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
