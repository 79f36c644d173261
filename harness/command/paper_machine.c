// SPDX-License-Identifier: GPL-2.0-only
#include "harness/command/paper_machine.h"

#include <sys/stat.h>

#include "estimator/kexec_load.h"
#include "harness/command/sources.h"
#include "harness/judge/paper_layout.h"
#include "harness/machine/this_machine.h"
#include "harness/model/bzimage.h"
#include "harness/model/error.h"
#include "harness/model/reference_boot.h"
#include "harness/model/scaled_boot.h"
#include "harness/model/size.h"

#define REFERENCES "references"

struct kho_paper_options kho_paper_options_of(const struct kho_paper_words *words, const struct kho_paths *paths)
{
	return (struct kho_paper_options){
		.paths = paths,
		.kernel = words->kernel,
		.like = words->like,
		.image = words->image,
		.kernel_size = words->kernel_size,
		.initrd_size = words->initrd_size,
	};
}

void kho_paper_words_clear(struct kho_paper_words *words)
{
	g_free(words->kernel);
	g_free(words->like);
	g_free(words->image);
	g_free(words->kernel_size);
	g_free(words->initrd_size);
}

void kho_paper_machine_free(struct kho_paper_machine *machine)
{
	if (machine->owned)
		kho_result_free(machine->result);
	if (machine->cell)
		kho_cell_free(machine->cell);
	g_clear_pointer(&machine->topology, kho_topology_free);
	g_clear_pointer(&machine->requests, g_array_unref);
	g_clear_pointer(&machine->recordings, g_ptr_array_unref);
	g_clear_pointer(&machine->unknown, g_ptr_array_unref);
	g_free(machine->origin);
	g_free(machine);
}

/* --- references --- */

/* The names of kernels that have one; NULL-terminated. */
static char **list_references(const struct kho_paths *paths)
{
	g_autofree char *directory = g_build_filename(paths->data, REFERENCES, NULL);
	g_autoptr(GDir) listing = g_dir_open(directory, 0, NULL);
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	const char *name;

	while (listing && (name = g_dir_read_name(listing)))
		if (*name != '.')
			g_strv_builder_add(names, name);
	return g_strv_builder_end(names);
}

static char *choose_kernel(const struct kho_paper_options *options, GError **error)
{
	g_auto(GStrv) names = list_references(options->paths);
	g_autofree char *list = g_strjoinv(", ", names);

	if (options->kernel && g_strv_contains((const char *const *)names, options->kernel))
		return g_strdup(options->kernel);
	if (!options->kernel && g_strv_length(names) == 1)
		return g_strdup(names[0]);
	if (options->kernel)
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "kernel '%s' has no reference boot; there are some of: %s", options->kernel,
			    *list ? list : "none");
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--kernel is needed: one of %s", list);
	return NULL;
}

/* The first result that can be scaled; NULL, and *@problem is what the last one lacks. */
static const struct kho_result *find_reference(const GPtrArray *recordings, const char **problem)
{
	g_autoptr(GPtrArray) results = kho_sources_results(recordings);

	*problem = "there is no cell in it";
	for (guint i = 0; i < results->len; i++) {
		const struct kho_result *result = g_ptr_array_index(results, i);
		struct kho_reference_boot boot;

		*problem = kho_reference_boot_read(result, &boot);
		if (!*problem)
			return result;
	}
	return NULL;
}

static void set_cell(struct kho_paper_machine *machine, const char *kernel, const struct kho_topology *topology)
{
	g_autoptr(KhoScratchSpec) spec = kho_scratch_spec_parse("100%", NULL);

	machine->cell = kho_cell_new(kernel, kernel, topology, spec, KHO_PAYLOAD_DEFAULT);
	machine->result = kho_result_new(machine->cell);
	machine->owned = true;
}

/* The reference of the kernel that is asked for, whose name is *@kernel, to be freed. */
static const struct kho_result *load_reference(struct kho_paper_machine *machine,
					       const struct kho_paper_options *options, char **kernel, GError **error)
{
	g_autofree char *name = choose_kernel(options, error), *path = NULL;
	const struct kho_result *reference;
	const char *problem;

	if (!name)
		return NULL;
	path = g_build_filename(options->paths->data, REFERENCES, name, NULL);
	machine->recordings = kho_sources_load((const char *const[]){ path, NULL }, error);
	if (!machine->recordings)
		return NULL;
	reference = find_reference(machine->recordings, &problem);
	if (reference)
		*kernel = g_steal_pointer(&name);
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", path, problem);
	return reference;
}

static bool scale(struct kho_paper_machine *machine, const struct kho_paper_options *options, GError **error)
{
	g_autofree char *kernel = NULL;
	const struct kho_result *reference = load_reference(machine, options, &kernel, error);

	if (!reference)
		return false;
	set_cell(machine, kernel, machine->topology);
	machine->origin = g_strdup_printf("scaled from a boot of %s", reference->cell->topology->name);
	return kho_scaled_boot(reference, machine->result, error);
}

/* --- recorded machines --- */

static bool is_like(const struct kho_result *result, const struct kho_paper_options *options, const char *topology)
{
	return g_str_equal(result->cell->topology->name, topology) && result->events->len && result->have_geometry &&
	       result->ranges->len && (!options->kernel || g_str_equal(options->kernel, result->cell->kernel));
}

/* One that knows its segments is worth more. */
static struct kho_result *find_like(const GPtrArray *recordings, const struct kho_paper_options *options,
				    const char *topology)
{
	g_autoptr(GPtrArray) results = kho_sources_results(recordings);
	struct kho_result *found = NULL;

	for (guint i = 0; i < results->len; i++) {
		struct kho_result *result = g_ptr_array_index(results, i);

		if (is_like(result, options, topology) && (!found || (!found->segments->len && result->segments->len)))
			found = result;
	}
	return found;
}

static bool take_recorded(struct kho_paper_machine *machine, const struct kho_paper_options *options,
			  const char *topology, GError **error)
{
	machine->recordings = kho_sources_load((const char *const[]){ options->like, NULL }, error);
	if (!machine->recordings)
		return false;
	machine->result = find_like(machine->recordings, options, topology);
	if (!machine->result) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
			    "%s: has no cell of %s whose first boot was recorded with its trace", options->like,
			    topology);
		return false;
	}
	machine->origin = g_strdup_printf("as recorded of %s", machine->result->cell->id);
	return true;
}

/* --- this machine --- */

static void take_text(struct kho_paper_machine *machine, const char *text)
{
	g_ptr_array_add(machine->unknown, g_strdup(text));
}

/* What the reference loaded stands in for what this machine will. */
static void take_segments(struct kho_paper_machine *machine, const struct kho_result *reference,
			  const struct kho_paper_options *options)
{
	GArray *segments = machine->result->segments;

	g_array_set_size(segments, 0);
	g_array_append_vals(segments, reference->segments->data, reference->segments->len);
	for (guint i = 0; i < segments->len; i++)
		g_array_index(segments, struct kho_segment, i).start = 0;
	if (!options->image && !options->kernel_size)
		take_text(machine, "the successor's kernel: taken to be as large as the reference's (see --image)");
	if (!options->initrd_size)
		take_text(machine,
			  "the successor's initrd: taken to be as large as the reference's (see --initrd-size)");
}

/* Its own boot, if its log tells. */
static void take_boot(struct kho_paper_machine *machine, const struct kho_this_machine *here)
{
	struct kho_result *result = machine->result;

	result->have_geometry = true;
	result->geometry = here->geometry;
	g_array_append_vals(result->ranges, here->ranges->data, here->ranges->len);
	g_array_append_vals(result->events, here->events->data, here->events->len);
	machine->origin = g_strdup_printf("this machine as it booted, with %s", here->release);
}

static bool take_scaled(struct kho_paper_machine *machine, const struct kho_this_machine *here,
			const struct kho_result *reference, GError **error)
{
	struct kho_scaled_machine *scaled = kho_scaled_machine_known(here->ranges, here->cpus);

	machine->origin = g_strdup_printf("this machine's memory and CPUs, its boot scaled from one of %s with %s",
					  reference->cell->topology->name, reference->cell->kernel);
	return kho_scaled_boot_on(reference, scaled, machine->result, error);
}

static void name_this(struct kho_paper_machine *machine, const struct kho_this_machine *here)
{
	machine->topology = kho_topology_new("this-machine", "");
	set_cell(machine, here->release, machine->topology);
	machine->unknown = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < here->unknown->len; i++)
		take_text(machine, g_ptr_array_index(here->unknown, i));
}

static bool take_this(struct kho_paper_machine *machine, const struct kho_paper_options *options, GError **error)
{
	g_autoptr(KhoThisMachine) here = kho_this_machine_read(options->dmesg, "", error);
	g_autofree char *kernel = NULL;
	const struct kho_result *reference = here ? load_reference(machine, options, &kernel, error) : NULL;
	bool own = here && here->events->len && here->printed;

	if (!reference)
		return false;
	name_this(machine, here);
	if (own)
		take_boot(machine, here);
	else if (!take_scaled(machine, here, reference, error))
		return false;
	g_free(machine->result->first_release);
	machine->result->first_release = g_strdup(here->release);
	g_array_append_vals(machine->result->scratch, here->scratch->data, here->scratch->len);
	take_segments(machine, reference, options);
	return true;
}

/* --- what is loaded --- */

static bool read_size(const char *text, const char *option, uint64_t *size, GError **error)
{
	struct stat status;

	if (kho_size_parse(text, size) && *size && *size < 1ULL << 46)
		return true;
	/* For the initrd, a file will do as well. */
	if (!stat(text, &status) && S_ISREG(status.st_mode) && status.st_size) {
		*size = (uint64_t)status.st_size;
		return true;
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--%s=%s: is neither a size nor a file", option, text);
	return false;
}

static struct kho_load_request *request_of(GArray *requests, enum kho_segment_kind kind)
{
	for (guint i = 0; i < requests->len; i++)
		if (g_array_index(requests, struct kho_load_request, i).kind == kind)
			return &g_array_index(requests, struct kho_load_request, i);
	return NULL;
}

static bool need_requests(const struct kho_paper_machine *machine, const char *option, GError **error)
{
	if (machine->requests->len)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "--%s: that boot loaded no successor, so the sizes of its other parts are not known", option);
	return false;
}

static bool set_image(struct kho_paper_machine *machine, const char *path, GError **error)
{
	struct kho_load_request *kernel = request_of(machine->requests, KHO_SEGMENT_KERNEL);
	struct kho_bzimage image;

	if (!kho_bzimage_load(path, &image, error) || !need_requests(machine, "image", error))
		return false;
	*kernel = kho_load_request_of(KHO_SEGMENT_KERNEL, image.init_size,
				      &(struct kho_load_kernel){ .align = image.align, .preferred = image.preferred });
	return true;
}

static bool set_size(struct kho_paper_machine *machine, enum kho_segment_kind kind, const char *text,
		     const char *option, GError **error)
{
	struct kho_load_request *request = request_of(machine->requests, kind), made;
	uint64_t size;

	if (!read_size(text, option, &size, error) || !need_requests(machine, option, error))
		return false;
	made = kho_load_request_of(kind, size, &KHO_LOAD_KERNEL_X86_64);
	if (request)
		request->size = size;
	else
		g_array_append_val(machine->requests, made);
	return true;
}

static bool find_requests(struct kho_paper_machine *machine, const struct kho_paper_options *options, GError **error)
{
	machine->requests = kho_paper_requests(machine->result);
	return (!options->image || set_image(machine, options->image, error)) &&
	       (!options->kernel_size ||
		set_size(machine, KHO_SEGMENT_KERNEL, options->kernel_size, "kernel-size", error)) &&
	       (!options->initrd_size ||
		set_size(machine, KHO_SEGMENT_INITRD, options->initrd_size, "initrd-size", error));
}

/* --- all of it --- */

struct kho_topology *kho_paper_topology(const struct kho_paths *paths, const char *name, GError **error)
{
	if (g_str_has_suffix(name, ".yaml"))
		return kho_topology_load(name, error);
	return kho_topology_find(paths->data, name, error);
}

struct kho_paper_machine *kho_paper_machine_find(const struct kho_paper_options *options, const char *topology,
						 GError **error)
{
	g_autoptr(KhoPaperMachine) machine = g_new0(struct kho_paper_machine, 1);

	if (options->like) {
		if (!take_recorded(machine, options, topology, error))
			return NULL;
	} else {
		machine->topology = kho_paper_topology(options->paths, topology, error);
		if (!machine->topology || !scale(machine, options, error))
			return NULL;
	}
	return find_requests(machine, options, error) ? g_steal_pointer(&machine) : NULL;
}

struct kho_paper_machine *kho_paper_machine_of(const struct kho_paper_options *options,
					       const struct kho_topology *topology, GError **error)
{
	g_autoptr(KhoPaperMachine) machine = g_new0(struct kho_paper_machine, 1);

	machine->topology = kho_topology_copy(topology);
	return scale(machine, options, error) && find_requests(machine, options, error) ? g_steal_pointer(&machine)
											: NULL;
}

struct kho_paper_machine *kho_paper_machine_live(const struct kho_paper_options *options, GError **error)
{
	g_autoptr(KhoPaperMachine) machine = g_new0(struct kho_paper_machine, 1);

	return take_this(machine, options, error) && find_requests(machine, options, error) ? g_steal_pointer(&machine)
											    : NULL;
}
