// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/draw.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/command/paper_machine.h"
#include "harness/judge/paper_layout.h"
#include "harness/model/error.h"
#include "harness/model/size.h"
#include "harness/report/drawing.h"
#include "harness/report/text.h"

#define WIDTH_MOST 1000 /* nobody's terminal is wider */

/* --- what it is drawn on --- */

static unsigned int width_of(bool terminal)
{
	const char *columns = g_getenv("COLUMNS"), *end;
	struct winsize size;
	uint64_t width;

	if (columns && kho_number_parse(columns, &end, &width) && !*end && width && width <= WIDTH_MOST)
		return width;
	if (terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return KHO_DRAWING_PLAIN.width;
}

/* What goes into a file or through a pipe is the same everywhere but for COLUMNS. */
static struct kho_drawing_style style_of_output(void)
{
	const char *no_colour = g_getenv("NO_COLOR");
	bool terminal = isatty(STDOUT_FILENO);

	return (struct kho_drawing_style){
		.width = width_of(terminal),
		.lines = terminal && g_get_charset(NULL),
		.colours = terminal && (!no_colour || !*no_colour) && g_strcmp0(g_getenv("TERM"), "dumb"),
	};
}

/* --- a machine --- */

static char *title_of(const struct kho_topology *topology)
{
	g_autofree char *description = kho_text_clean(topology->description);

	return g_strdup_printf("%s%s%s\n", topology->name, *description ? ": " : "", description);
}

static char *draw_plain(const struct kho_paths *paths, const char *name, const struct kho_drawing_style *style,
			GError **error)
{
	g_autoptr(KhoTopology) topology = kho_paper_topology(paths, name, error);
	g_autofree char *title = topology ? title_of(topology) : NULL;
	g_autofree char *text = topology ? kho_drawing_text(topology, NULL, style) : NULL;

	return topology ? g_strconcat(title, text, NULL) : NULL;
}

/* How it goes on, where there is no handover. */
static char *end_of(const struct kho_paper *paper)
{
	if (!kho_paper_reason(paper))
		return g_strdup("");
	return g_strdup_printf("%s: %s\n", kho_paper_end_text(kho_paper_end(paper)), kho_paper_reason(paper));
}

/* As 'kho-runner predict' lays it out. */
static char *draw_paper(const struct kho_paper_machine *machine, const struct kho_scratch_spec *spec,
			const struct kho_drawing_style *style, GError **error)
{
	g_autoptr(KhoPaper) paper = kho_paper_new_loading(machine->result, spec, machine->requests, error);
	g_autofree char *title = title_of(machine->topology), *text = NULL, *end = NULL;

	if (!paper)
		return NULL;
	text = kho_drawing_text(machine->topology, kho_paper_layout(paper), style);
	end = end_of(paper);
	return g_strdup_printf("%skho_scratch=%s on paper: %s\n%s%s", title, spec->text, machine->origin, text, end);
}

static char *draw_scratch(const struct kho_paths *paths, const char *name, const struct kho_scratch_spec *spec,
			  const struct kho_drawing_style *style, GError **error)
{
	const struct kho_paper_options options = { .paths = paths };
	g_autoptr(KhoPaperMachine) machine = kho_paper_machine_find(&options, name, error);

	return machine ? draw_paper(machine, spec, style, error) : NULL;
}

/* --- all of them --- */

static char *draw_all(const struct kho_paths *paths, const char *const *names, const struct kho_scratch_spec *scratch,
		      GError **error)
{
	const struct kho_drawing_style style = style_of_output();
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; names[i]; i++) {
		g_autofree char *text = scratch ? draw_scratch(paths, names[i], scratch, &style, error)
						: draw_plain(paths, names[i], &style, error);

		if (!text)
			return NULL;
		g_string_append_printf(all, "%s%s", i ? "\n" : "", text);
	}
	return g_string_free(g_steal_pointer(&all), FALSE);
}

bool kho_draw(const char *const *names, const char *spec, GError **error)
{
	g_autoptr(KhoScratchSpec) scratch = spec ? kho_scratch_spec_parse(spec, error) : NULL;
	g_autoptr(KhoPaths) paths = !spec || scratch ? kho_paths_find(error) : NULL;
	g_autofree char *text = paths ? draw_all(paths, names, scratch, error) : NULL;

	if (!text)
		return false;
	if (fputs(text, stdout) >= 0 && !fflush(stdout))
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "standard output: %s", g_strerror(errno));
	return false;
}
