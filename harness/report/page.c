// SPDX-License-Identifier: GPL-2.0-only
#include "harness/report/page.h"

#include <gio/gio.h>

#include "harness/report/text.h"

/* What glib-compile-resources makes of page/. */
GResource *kho_page_get_resource(void);

static char *resource(const char *name)
{
	g_autofree char *path = g_strconcat("/kho-matrix/", name, NULL);
	g_autoptr(GBytes) bytes = g_resource_lookup_data(kho_page_get_resource(), path, 0, NULL);

	g_assert(bytes);
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* As a policy names it: "sha256-...". */
static char *hash_of(const char *text)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *encoded = NULL;
	guint8 digest[32];
	gsize length = sizeof(digest);

	g_checksum_update(checksum, (const guchar *)text, -1);
	g_checksum_get_digest(checksum, digest, &length);
	encoded = g_base64_encode(digest, length);
	return g_strconcat("sha256-", encoded, NULL);
}

void kho_page_begin(GString *page, const char *title)
{
	g_autofree char *style = resource("report.css"), *script = resource("report.js");
	g_autofree char *style_hash = hash_of(style), *script_hash = hash_of(script);
	g_autofree char *escaped = kho_text_markup(title);

	g_string_append_printf(
		page,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
		"style-src '%s'; script-src '%s'\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n"
		"<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n",
		style_hash, script_hash, escaped, style);
}

void kho_page_end(GString *page)
{
	g_autofree char *script = resource("report.js");

	g_string_append_printf(page, "<script>%s</script>\n</body>\n</html>\n", script);
}
