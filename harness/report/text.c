// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/text.h"

#include <inttypes.h>
#include <string.h>

#include "harness/model/size.h"

#define MIB   ((u64)1 << 20)
#define BOUND 1e15 /* far beyond all that is measured; NaN is not within it either */

char *kho_text_clean(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ?: "", -1);
	GString *clean = g_string_new(NULL);

	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		if (g_unichar_isprint(character))
			g_string_append_unichar(clean, character);
		else
			g_string_append_c(clean, g_unichar_isspace(character) ? ' ' : '?');
	}
	return g_string_free(clean, FALSE);
}

char *kho_text_markup(const char *text)
{
	g_autofree char *clean = kho_text_clean(text);

	return g_markup_escape_text(clean, -1);
}

char *kho_text_quoted(const char *text)
{
	g_autofree char *clean = kho_text_clean(text);
	GString *out = g_string_new("\"");

	for (const char *c = clean; *c; c = g_utf8_next_char(c)) {
		gunichar character = g_utf8_get_char(c);

		/* U+2028 and U+2029 count as printable, and as ends of lines for YAML. */
		if (character == 0x2028 || character == 0x2029)
			character = ' ';
		if (character == '"' || character == '\\')
			g_string_append_c(out, '\\');
		g_string_append_unichar(out, character);
	}
	g_string_append_c(out, '"');
	return g_string_free(out, FALSE);
}

char *kho_text_decimal(double number, guint decimals)
{
	g_autofree char *format = g_strdup_printf("%%.%uf", decimals);
	char text[G_ASCII_DTOSTR_BUF_SIZE + 16];

	/* Also keeps the text within its buffer: a number of this kind has some 300 digits otherwise. */
	if (!(number > -BOUND && number < BOUND))
		return g_strdup("0");
	return g_strdup(g_ascii_formatd(text, sizeof(text), format, number));
}

char *kho_text_duration(double seconds)
{
	guint64 whole;

	if (!(seconds >= 0 && seconds < BOUND))
		return g_strdup("?");
	whole = seconds + 0.5;
	if (whole < 60)
		return g_strdup_printf("%" PRIu64 "s", whole);
	if (whole < 3600)
		return g_strdup_printf("%" PRIu64 "m %02" PRIu64 "s", whole / 60, whole % 60);
	return g_strdup_printf("%" PRIu64 "h %02" PRIu64 "m", whole / 3600, whole / 60 % 60);
}

char *kho_text_mib(u64 bytes)
{
	u64 tenths = bytes % MIB * 10 / MIB;

	if (bytes % MIB == 0)
		return g_strdup_printf("%" PRIu64 " MiB", bytes / MIB);
	return g_strdup_printf("%" PRIu64 ".%" PRIu64 " MiB", bytes / MIB, tenths);
}

char *kho_text_short(u64 bytes)
{
	static const char units[] = "KMGT";
	g_autofree char *exact = kho_size_format(bytes);
	const char *unit = units;
	u64 below;

	if (strlen(exact) <= strlen("2984M"))
		return g_steal_pointer(&exact);
	for (below = 1; bytes / below / 1024 >= 1024 && unit[1]; below *= 1024)
		unit++;
	return g_strdup_printf("%" PRIu64 ".%" PRIu64 "%c", bytes / below / 1024, bytes / below % 1024 * 10 / 1024,
			       *unit);
}

const char *kho_text_answer(enum kho_answer answer)
{
	switch (answer) {
	case KHO_ANSWER_INSUFFICIENT:
		return "warned";
	case KHO_ANSWER_SUFFICIENT:
		return "silent";
	case KHO_ANSWER_SKIPPED:
	case KHO_ANSWER_ABSENT:
	case KHO_NR_ANSWERS:
		break;
	}
	return kho_answer_text(answer);
}

const char *kho_text_verdict(const struct kho_result *result, enum kho_estimator estimator)
{
	const struct kho_verdict *verdict = &result->estimates[estimator].verdict;

	if (!result->ended)
		return "not ended";
	if (verdict->name == KHO_VERDICT_EXCLUDED && verdict->excluded)
		return verdict->excluded;
	return kho_verdict_text(verdict->name);
}

/* What an estimator that follows the boot has to say of a survivor. */
static char *sufficient(const struct kho_prediction *prediction)
{
	g_autofree char *left = kho_text_mib(prediction->left_bytes);
	g_autofree char *reason = kho_text_clean(prediction->reason);

	return g_strdup_printf("sufficient%s%s%s%s%s%s", prediction->have_left ? ", " : "",
			       prediction->have_left ? left : "", prediction->have_left ? " left" : "",
			       *reason ? " (" : "", reason, *reason ? ")" : "");
}

static char *insufficient(const struct kho_prediction *prediction)
{
	g_autofree char *usable = kho_text_mib(prediction->usable_bytes);
	g_autofree char *required = kho_text_mib(prediction->required_bytes);

	if (prediction->reason)
		return kho_text_clean(prediction->reason);
	return g_strdup_printf("node %u has %s, needs %s", prediction->node, usable, required);
}

char *kho_text_prediction(const struct kho_prediction *prediction)
{
	g_autofree char *note = kho_text_clean(prediction->note);

	switch (prediction->answer) {
	case KHO_ANSWER_SUFFICIENT:
		return sufficient(prediction);
	case KHO_ANSWER_INSUFFICIENT:
		return insufficient(prediction);
	case KHO_ANSWER_ABSENT:
	case KHO_ANSWER_SKIPPED:
	case KHO_NR_ANSWERS:
		break;
	}
	return g_strdup_printf("%s%s%s", kho_answer_text(prediction->answer), *note ? ": " : "", note);
}

static char *expectation(enum kho_outcome_name outcome, enum kho_answer answer, enum kho_verdict_name verdict)
{
	return g_strdup_printf("%s, %s, %s", kho_outcome_text(outcome), kho_answer_text(answer),
			       kho_verdict_text(verdict));
}

char *kho_text_expected(const struct kho_result *result)
{
	const struct kho_expectation *expected = &result->expectation;

	if (!result->have_expectation)
		return g_strdup("not listed");
	return expectation(expected->outcome, expected->answer, expected->verdict);
}

char *kho_text_seen(const struct kho_result *result)
{
	const struct kho_estimate *estimate = &result->estimates[KHO_ESTIMATOR_SPARSEMEM];

	return expectation(result->outcome.name, kho_estimate_prediction(estimate)->answer, estimate->verdict.name);
}

char *kho_text_outcomes(const struct kho_result *result)
{
	GString *text = g_string_new(NULL);

	for (int i = 0; i < KHO_NR_OUTCOMES; i++)
		if (result->seen[i])
			g_string_append_printf(text, "%s%s %u", text->len ? ", " : "", kho_outcome_text(i),
					       result->seen[i]);
	return g_string_free(text, FALSE);
}
