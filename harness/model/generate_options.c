// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/generate_options.h"

#include "harness/model/error.h"
#include "harness/model/pc_layout.h"
#include "harness/model/size.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

/* How an option's value is read. */
enum kind {
	NUMBER,
	SIZE,
	NUMBERS,
	SIZES,
	STRATEGY,
	CPUS,
	FLAG,
};

struct option {
	const char *name;
	enum kho_strategy strategy; /* that it is for; KHO_STRATEGY_NONE: any */
	enum kind kind;
	size_t offset; /* in struct kho_generate_options */
	uint64_t min, max;
};

#define AT(member) G_STRUCT_OFFSET(struct kho_generate_options, member)
#define MAX_SIZE   (KHO_MAX_MEMORY - KHO_PC_HOLE)
#define STRATEGIES "grid, pairwise, random, edge and real"

static const struct option all_options[] = {
	{ "strategy", KHO_STRATEGY_NONE, STRATEGY, AT(strategy), 0, 0 },
	{ "nodes", KHO_STRATEGY_GRID, NUMBERS, AT(nodes), 1, KHO_MAX_NODES },
	{ "sizes", KHO_STRATEGY_GRID, SIZES, AT(sizes), MIB, MAX_SIZE },
	{ "cpus", KHO_STRATEGY_GRID, CPUS, AT(cpus_each), 0, 0 },
	{ "uneven", KHO_STRATEGY_GRID, FLAG, AT(uneven), 0, 0 },
	{ "seed", KHO_STRATEGY_RANDOM, NUMBER, AT(seed), 0, UINT64_MAX },
	{ "count", KHO_STRATEGY_RANDOM, NUMBER, AT(count), 1, KHO_GENERATE_MAX },
	{ "max-nodes", KHO_STRATEGY_RANDOM, NUMBER, AT(max_nodes), 1, KHO_MAX_NODES },
	{ "max-memory", KHO_STRATEGY_RANDOM, SIZE, AT(max_memory), KHO_RANDOM_MACHINE, MAX_SIZE },
	{ "placed", KHO_STRATEGY_RANDOM, FLAG, AT(placed), 0, 0 },
	{ "scale", KHO_STRATEGY_REAL, NUMBER, AT(scale), 1, 4096 },
};

static void append(GArray *array, uint64_t value)
{
	g_array_append_val(array, value);
}

struct kho_generate_options *kho_generate_options_new(void)
{
	struct kho_generate_options *options = g_new0(struct kho_generate_options, 1);

	options->nodes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	options->sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	append(options->nodes, 1);
	append(options->nodes, 2);
	append(options->nodes, 4);
	append(options->sizes, GIB);
	append(options->sizes, 4 * GIB);
	options->cpus_each = true;
	options->seed = 1;
	options->count = 1;
	options->max_nodes = 8;
	options->max_memory = 16 * GIB;
	options->scale = 64;
	return options;
}

void kho_generate_options_free(struct kho_generate_options *options)
{
	g_array_unref(options->nodes);
	g_array_unref(options->sizes);
	g_free(options);
}

static G_GNUC_PRINTF(4, 5) bool fail(GError **error, const struct option *option, const char *value, const char *format,
				     ...)
{
	g_autofree char *quoted = kho_error_quote(value);
	g_autofree char *reason = NULL;
	va_list list;

	va_start(list, format);
	reason = g_strdup_vprintf(format, list);
	va_end(list);
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--%s: %s %s", option->name, quoted, reason);
	return false;
}

static bool parse_number(const struct option *option, const char *value, uint64_t *number, GError **error)
{
	const char *end;

	if (!kho_number_parse(value, &end, number) || *end)
		return fail(error, option, value, "is not a whole number");
	if (*number < option->min || *number > option->max)
		return fail(error, option, value, "is not from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
			    option->min, option->max);
	return true;
}

static bool parse_size(const struct option *option, const char *value, uint64_t *size, GError **error)
{
	g_autofree char *min = kho_size_format(option->min);
	g_autofree char *max = kho_size_format(option->max);

	if (!kho_size_parse(value, size))
		return fail(error, option, value, "is not a size");
	if (*size < option->min || *size > option->max)
		return fail(error, option, value, "is not from %s to %s", min, max);
	if (*size % MIB)
		return fail(error, option, value, "is not a multiple of 1M");
	return true;
}

static bool contains(const GArray *array, uint64_t value)
{
	for (guint i = 0; i < array->len; i++) {
		if (g_array_index(array, uint64_t, i) == value)
			return true;
	}
	return false;
}

static bool parse_list(const struct option *option, const char *value, GArray *array, GError **error)
{
	g_auto(GStrv) words = g_strsplit(value, ",", -1);

	if (!words[0])
		return fail(error, option, value, "is an empty list");
	g_array_set_size(array, 0);
	for (char **word = words; *word; word++) {
		uint64_t item;

		if (option->kind == NUMBERS && !parse_number(option, *word, &item, error))
			return false;
		if (option->kind == SIZES && !parse_size(option, *word, &item, error))
			return false;
		if (contains(array, item))
			return fail(error, option, *word, "is listed twice");
		append(array, item);
	}
	return true;
}

static bool parse_cpus(struct kho_generate_options *options, const struct option *option, const char *value,
		       GError **error)
{
	g_auto(GStrv) words = g_strsplit(value, ",", -1);

	options->cpus_each = false;
	options->cpus_first = false;
	for (char **word = words; *word; word++) {
		bool *flag;

		if (g_str_equal(*word, "each"))
			flag = &options->cpus_each;
		else if (g_str_equal(*word, "first"))
			flag = &options->cpus_first;
		else
			return fail(error, option, *word, "is neither each nor first");
		if (*flag)
			return fail(error, option, *word, "is listed twice");
		*flag = true;
	}
	if (!words[0])
		return fail(error, option, value, "is an empty list");
	return true;
}

static const char *const names[KHO_NR_STRATEGIES] = {
	[KHO_STRATEGY_GRID] = "grid", [KHO_STRATEGY_PAIRWISE] = "pairwise", [KHO_STRATEGY_RANDOM] = "random",
	[KHO_STRATEGY_EDGE] = "edge", [KHO_STRATEGY_REAL] = "real",
};

const char *kho_strategy_text(enum kho_strategy strategy)
{
	return names[strategy];
}

static bool parse_strategy(struct kho_generate_options *options, const struct option *option, const char *value,
			   GError **error)
{
	for (enum kho_strategy i = KHO_STRATEGY_NONE + 1; i < KHO_NR_STRATEGIES; i++) {
		if (!g_str_equal(value, names[i]))
			continue;
		options->strategy = i;
		return true;
	}
	return fail(error, option, value, "is none of " STRATEGIES);
}

static bool set_option(struct kho_generate_options *options, const struct option *option, const char *value,
		       GError **error)
{
	void *member = G_STRUCT_MEMBER_P(options, option->offset);

	switch (option->kind) {
	case NUMBER:
		return parse_number(option, value, member, error);
	case SIZE:
		return parse_size(option, value, member, error);
	case NUMBERS:
	case SIZES:
		return parse_list(option, value, *(GArray **)member, error);
	case STRATEGY:
		return parse_strategy(options, option, value, error);
	case CPUS:
		return parse_cpus(options, option, value, error);
	case FLAG:
		*(bool *)member = true;
		return true;
	}
	return false;
}

bool kho_generate_options_set(struct kho_generate_options *options, const char *name, const char *value, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(all_options); i++) {
		const struct option *option = &all_options[i];

		if (!g_str_equal(option->name, name))
			continue;
		options->given[option->strategy] = option->name;
		return set_option(options, option, value, error);
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--%s is not an option", name);
	return false;
}

static bool check_grid(const struct kho_generate_options *options, GError **error)
{
	guint machines = options->nodes->len * options->sizes->len * (options->cpus_each + options->cpus_first) *
			 (options->uneven ? 2 : 1);

	if (machines > KHO_GENERATE_MAX) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "these are %u topologies, and %d are the most", machines,
			    KHO_GENERATE_MAX);
		return false;
	}
	for (guint i = 0; options->uneven && i < options->sizes->len; i++) {
		uint64_t size = g_array_index(options->sizes, uint64_t, i);
		g_autofree char *text = kho_size_format(size);

		if (size % (4 * MIB) == 0)
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--uneven: %s is not a multiple of 4M", text);
		return false;
	}
	return true;
}

static bool check_random(const struct kho_generate_options *options, GError **error)
{
	g_autofree char *memory = kho_size_format(options->max_memory);

	if (options->max_memory >= options->max_nodes * KHO_RANDOM_UNIT)
		return true;
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT,
		    "--max-memory: %s is too little for %" G_GUINT64_FORMAT " nodes of at least 64M", memory,
		    options->max_nodes);
	return false;
}

bool kho_generate_options_check(const struct kho_generate_options *options, GError **error)
{
	for (enum kho_strategy i = KHO_STRATEGY_NONE + 1; i < KHO_NR_STRATEGIES; i++) {
		if (!options->strategy || i == options->strategy || !options->given[i])
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--%s is for --strategy=%s", options->given[i],
			    names[i]);
		return false;
	}
	switch (options->strategy) {
	case KHO_STRATEGY_GRID:
		return check_grid(options, error);
	case KHO_STRATEGY_RANDOM:
		return check_random(options, error);
	case KHO_STRATEGY_PAIRWISE:
	case KHO_STRATEGY_EDGE:
	case KHO_STRATEGY_REAL:
		return true;
	case KHO_STRATEGY_NONE:
	case KHO_NR_STRATEGIES:
		break;
	}
	g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "--strategy= is needed: one of " STRATEGIES);
	return false;
}

static void append_list(GString *text, const char *name, const GArray *array, bool sizes)
{
	g_string_append_printf(text, " --%s=", name);
	for (guint i = 0; i < array->len; i++) {
		uint64_t item = g_array_index(array, uint64_t, i);
		g_autofree char *word = sizes ? kho_size_format(item) : g_strdup_printf("%" G_GUINT64_FORMAT, item);

		g_string_append_printf(text, "%s%s", i ? "," : "", word);
	}
}

static void append_grid(GString *text, const struct kho_generate_options *options)
{
	append_list(text, "nodes", options->nodes, false);
	append_list(text, "sizes", options->sizes, true);
	g_string_append_printf(text, " --cpus=%s%s%s", options->cpus_each ? "each" : "",
			       options->cpus_each && options->cpus_first ? "," : "",
			       options->cpus_first ? "first" : "");
	if (options->uneven)
		g_string_append(text, " --uneven");
}

static void append_random(GString *text, const struct kho_generate_options *options)
{
	g_autofree char *memory = kho_size_format(options->max_memory);

	g_string_append_printf(text,
			       " --seed=%" G_GUINT64_FORMAT " --count=%" G_GUINT64_FORMAT
			       " --max-nodes=%" G_GUINT64_FORMAT " --max-memory=%s%s",
			       options->seed, options->count, options->max_nodes, memory,
			       options->placed ? " --placed" : "");
}

char *kho_generate_options_arguments(const struct kho_generate_options *options)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "--strategy=%s", names[options->strategy]);
	if (options->strategy == KHO_STRATEGY_GRID)
		append_grid(text, options);
	else if (options->strategy == KHO_STRATEGY_RANDOM)
		append_random(text, options);
	else if (options->strategy == KHO_STRATEGY_REAL)
		g_string_append_printf(text, " --scale=%" G_GUINT64_FORMAT, options->scale);
	return g_string_free(text, FALSE);
}
