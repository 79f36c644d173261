// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/text_keys.h"

#include "harness/model/error.h"
#include "harness/report/text.h"

bool kho_text_any(const char *text)
{
	return true;
}

bool kho_text_some(const char *text)
{
	return *text != '\0';
}

bool kho_text_is_accel(const char *text)
{
	return g_str_equal(text, "tcg") || g_str_equal(text, "kvm");
}

bool kho_text_is_yes_or_no(const char *text)
{
	return g_str_equal(text, "yes") || g_str_equal(text, "no");
}

char **kho_text_at(const void *owner, const struct kho_text_key *key)
{
	return G_STRUCT_MEMBER_P(owner, key->offset);
}

void kho_text_keys_write(GString *out, const struct kho_text_key *keys, guint count, const void *owner)
{
	for (guint i = 0; i < count; i++) {
		g_autofree char *quoted = kho_text_quoted(*kho_text_at(owner, &keys[i]));

		g_string_append_printf(out, "%s: %s\n", keys[i].name, quoted);
	}
}

void kho_text_keys_expect(const struct kho_text_key *keys, guint count, struct kho_yaml_key *expected)
{
	for (guint i = 0; i < count; i++)
		expected[i] = (struct kho_yaml_key){ keys[i].name, KHO_YAML_VALUE, true };
}

static bool read_text(struct kho_yaml *yaml, const struct yaml_node_s *value, const struct kho_text_key *key,
		      void *owner, GError **error)
{
	char **text = kho_text_at(owner, key);
	g_autofree char *quoted = NULL;

	if (!kho_yaml_line(yaml, value, key->name, text, error))
		return false;
	if (key->valid(*text))
		return true;
	quoted = kho_error_quote(*text);
	return kho_yaml_fail(yaml, value, error, "%s: %s is not %s", key->name, quoted, key->rule);
}

bool kho_text_keys_read(struct kho_yaml *yaml, const struct yaml_node_s *const *values, const struct kho_text_key *keys,
			guint count, void *owner, GError **error)
{
	for (guint i = 0; i < count; i++)
		if (!read_text(yaml, values[i], &keys[i], owner, error))
			return false;
	return true;
}

void kho_text_keys_free(const struct kho_text_key *keys, guint count, void *owner)
{
	for (guint i = 0; i < count; i++)
		g_free(*kho_text_at(owner, &keys[i]));
}

bool kho_text_read_format(struct kho_yaml *yaml, const struct yaml_node_s *value, int format, GError **error)
{
	g_autofree char *known = g_strdup_printf("%d", format);
	g_autofree char *quoted = kho_error_quote(kho_yaml_text(value));

	return g_str_equal(kho_yaml_text(value), known) ||
	       kho_yaml_fail(yaml, value, error, "format %s: this program reads format %s", quoted, known);
}
