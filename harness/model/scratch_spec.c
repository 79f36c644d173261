// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho_parse_scratch_size() and memparse(), Linux 6.18 to 7.3, made strict.
 *
 * What the kernel takes and misreads is refused as well: a number that overflows (it wraps), a
 * suffix without a number ("M,16M,16M" is 0,16M,16M), and a sum that wraps. All that is left is
 * digits, letters, ',' and '%', and so safe as a directory's name and on a command line.
 */
#include "harness/model/scratch_spec.h"

#include <string.h>

#include "harness/model/error.h"

#define MAX_TEXT	 100 /* it becomes a directory's name */
#define MAX_PERCENT_TEXT 11  /* the kernel copies the digits to a buffer of 11 bytes */

/* What memparse() knows, each 1024 times the one before. */
static const char suffixes[] = "kmgtpe";

static G_GNUC_PRINTF(3, 4) bool fail(GError **error, const char *text, const char *format, ...)
{
	g_autofree char *quoted = kho_error_quote(text);
	g_autofree char *reason = NULL;
	va_list list;

	va_start(list, format);
	reason = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "kho_scratch=%s: %s", quoted, reason);
	return false;
}

static bool parse_percent(const char *text, struct kho_scratch_spec *spec, GError **error)
{
	size_t length = strlen(text);
	g_autofree char *digits = g_strndup(text, length - 1);
	guint64 scale;

	if (length > MAX_PERCENT_TEXT)
		return fail(error, text, "a percentage has at most %d digits", MAX_PERCENT_TEXT - 1);
	if (!g_ascii_string_to_unsigned(digits, 10, 0, UINT32_MAX, &scale, NULL))
		return fail(error, text, "a percentage is a whole number up to %u", UINT32_MAX);
	spec->percent = true;
	spec->scale = scale;
	return true;
}

/* simple_strtoull() with base 0: 0x is hexadecimal, any other leading 0 is octal. */
static unsigned int number_base(const char **text)
{
	if ((*text)[0] != '0')
		return 10;
	if (g_ascii_tolower((*text)[1]) != 'x' || !g_ascii_isxdigit((*text)[2]))
		return 8;
	*text += 2;
	return 16;
}

enum number { NUMBER_OK, NUMBER_MISSING, NUMBER_OVERFLOWS };

static enum number parse_number(const char **text, guint64 *number)
{
	guint64 base = number_base(text);
	const char *start = *text;

	*number = 0;
	for (; g_ascii_isxdigit(**text); (*text)++) {
		guint64 digit = g_ascii_xdigit_value(**text);

		if (digit >= base)
			break;
		if (!g_uint64_checked_mul(number, *number, base) || !g_uint64_checked_add(number, *number, digit))
			return NUMBER_OVERFLOWS;
	}
	return *text == start ? NUMBER_MISSING : NUMBER_OK;
}

static enum number parse_size(const char **text, guint64 *size)
{
	enum number result = parse_number(text, size);
	const char *suffix;
	unsigned int shift;

	if (result != NUMBER_OK || !**text)
		return result;
	suffix = strchr(suffixes, g_ascii_tolower(**text));
	if (!suffix)
		return NUMBER_OK;
	shift = 10 * (suffix - suffixes + 1);
	if (*size > UINT64_MAX >> shift)
		return NUMBER_OVERFLOWS;
	*size <<= shift;
	(*text)++;
	return NUMBER_OK;
}

static bool take_size(const char *text, const char **rest, const char *what, guint64 *size, GError **error)
{
	switch (parse_size(rest, size)) {
	case NUMBER_OK:
		return true;
	case NUMBER_MISSING:
		return fail(error, text, "%s is not a size", what);
	case NUMBER_OVERFLOWS:
		return fail(error, text, "%s does not fit into 64 bits", what);
	}
	return false;
}

static bool parse_sizes(const char *text, struct kho_scratch_spec *spec, GError **error)
{
	static const char *const names[] = { "lowmem", "global", "pernode" };
	guint64 sizes[G_N_ELEMENTS(names)], sum = 0;
	const char *rest = text;

	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
		if (i > 0 && *rest++ != ',')
			return fail(error, text, "expected N%% or lowmem,global,pernode");
		if (!take_size(text, &rest, names[i], &sizes[i], error))
			return false;
		if (!g_uint64_checked_add(&sum, sum, sizes[i]))
			return fail(error, text, "the sum does not fit into 64 bits");
	}
	if (*rest)
		return fail(error, text, "expected N%% or lowmem,global,pernode");
	if (!sum)
		return fail(error, text, "all three sizes are 0");
	spec->lowmem = sizes[0];
	spec->global = sizes[1];
	spec->pernode = sizes[2];
	return true;
}

struct kho_scratch_spec *kho_scratch_spec_parse(const char *text, GError **error)
{
	g_autoptr(KhoScratchSpec) spec = g_new0(struct kho_scratch_spec, 1);
	bool parsed;

	if (!*text) {
		fail(error, text, "is empty");
		return NULL;
	}
	if (strlen(text) > MAX_TEXT) {
		fail(error, text, "is longer than %d characters", MAX_TEXT);
		return NULL;
	}
	spec->text = g_strdup(text);
	if (g_str_has_suffix(text, "%"))
		parsed = parse_percent(text, spec, error);
	else
		parsed = parse_sizes(text, spec, error);
	return parsed ? g_steal_pointer(&spec) : NULL;
}

struct kho_scratch_spec *kho_scratch_spec_copy(const struct kho_scratch_spec *spec)
{
	struct kho_scratch_spec *copy = g_memdup2(spec, sizeof(*spec));

	copy->text = g_strdup(spec->text);
	return copy;
}

void kho_scratch_spec_free(struct kho_scratch_spec *spec)
{
	if (!spec)
		return;
	g_free(spec->text);
	g_free(spec);
}
