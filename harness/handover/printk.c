// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/printk.h"

#include <string.h>

#include "harness/model/error.h"

#define MAX_COUNT_BITS 22 /* descriptors; CONFIG_LOG_BUF_SHIFT is 25 at most, with 32 bytes of text for each */
#define MAX_SIZE_BITS  27 /* text; log_buf_len= can make it larger than the configuration */
#define MAX_LOG_BYTES  (64u << 20)

/* printk_ringbuffer.h: the state is in the two highest bits of state_var, the id below. */
#define STATE_SHIFT	62
#define ID_MASK		((1ULL << STATE_SHIFT) - 1)
#define STATE_COMMITTED 1
#define STATE_FINALIZED 2
#define EMPTY_LINE_LPOS 3
#define ID_BYTES	8 /* before each text */

/* Where things lie; all of it from DWARF. */
struct layout {
	guint64 rb_desc_ring, rb_data_ring;
	guint64 ring_count_bits, ring_descs, ring_infos;
	guint64 data_size_bits, data_data;
	guint64 desc_state, desc_lpos, desc_bytes;
	guint64 lpos_begin, lpos_next;
	guint64 info_seq, info_time, info_text_len, info_bytes;
};

static const struct {
	const char *type, *member; /* no member: the type's size */
	gsize field;
} fields[] = {
	{ "printk_ringbuffer", "desc_ring", offsetof(struct layout, rb_desc_ring) },
	{ "printk_ringbuffer", "text_data_ring", offsetof(struct layout, rb_data_ring) },
	{ "prb_desc_ring", "count_bits", offsetof(struct layout, ring_count_bits) },
	{ "prb_desc_ring", "descs", offsetof(struct layout, ring_descs) },
	{ "prb_desc_ring", "infos", offsetof(struct layout, ring_infos) },
	{ "prb_data_ring", "size_bits", offsetof(struct layout, data_size_bits) },
	{ "prb_data_ring", "data", offsetof(struct layout, data_data) },
	{ "prb_desc", "state_var", offsetof(struct layout, desc_state) },
	{ "prb_desc", "text_blk_lpos", offsetof(struct layout, desc_lpos) },
	{ "prb_desc", NULL, offsetof(struct layout, desc_bytes) },
	{ "prb_data_blk_lpos", "begin", offsetof(struct layout, lpos_begin) },
	{ "prb_data_blk_lpos", "next", offsetof(struct layout, lpos_next) },
	{ "printk_info", "seq", offsetof(struct layout, info_seq) },
	{ "printk_info", "ts_nsec", offsetof(struct layout, info_time) },
	{ "printk_info", "text_len", offsetof(struct layout, info_text_len) },
	{ "printk_info", NULL, offsetof(struct layout, info_bytes) },
};

struct ring {
	const struct kho_image *image;
	struct layout layout;
	guint64 count_bits, descs, infos;
	guint64 size_bits, data;
};

/* A record that was written to its end. */
struct entry {
	guint64 id, seq, time; /* time in nanoseconds */
	guint64 text, length;  /* address and bytes */
};

static bool read_layout(const struct kho_vmlinux *vmlinux, struct layout *layout, GError **error)
{
	kho_vmlinux_prefer(vmlinux, "kernel/printk/printk.c");
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		guint64 *field = (guint64 *)((char *)layout + fields[i].field);

		if (fields[i].member ? kho_vmlinux_member(vmlinux, fields[i].type, fields[i].member, field, NULL)
				     : kho_vmlinux_struct_size(vmlinux, fields[i].type, field))
			continue;
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the vmlinux does not describe struct %s%s%s",
			    fields[i].type, fields[i].member ? ": " : "", fields[i].member ?: "");
		return false;
	}
	return true;
}

static bool number(const struct ring *ring, guint64 address, gsize size, guint64 *value)
{
	return kho_image_read_number(ring->image, address, size, value);
}

/* The ring that begins at @address. False: it makes no sense. */
static bool read_ring(struct ring *ring, guint64 address)
{
	const struct layout *layout = &ring->layout;
	guint64 descs = address + layout->rb_desc_ring, data = address + layout->rb_data_ring;

	return number(ring, descs + layout->ring_count_bits, 4, &ring->count_bits) &&
	       number(ring, descs + layout->ring_descs, 8, &ring->descs) &&
	       number(ring, descs + layout->ring_infos, 8, &ring->infos) &&
	       number(ring, data + layout->data_size_bits, 4, &ring->size_bits) &&
	       number(ring, data + layout->data_data, 8, &ring->data) && ring->count_bits <= MAX_COUNT_BITS &&
	       ring->size_bits >= 4 && ring->size_bits <= MAX_SIZE_BITS;
}

/* ... and whose arrays are in the image. */
static bool read_whole_ring(struct ring *ring, guint64 address)
{
	guint64 probe;

	return read_ring(ring, address) && number(ring, ring->descs, 8, &probe) &&
	       number(ring, ring->infos, 8, &probe) && number(ring, ring->data, 8, &probe);
}

/* printk's ring: the one that `prb` points at, else the one that it begins with. */
static bool find_ring(const struct kho_vmlinux *vmlinux, struct ring *ring, GError **error)
{
	guint64 pointer, address;
	bool found = kho_vmlinux_symbol(vmlinux, "prb", &pointer, NULL);

	if (found && number(ring, pointer, 8, &address) && read_whole_ring(ring, address))
		return true;
	if (kho_vmlinux_symbol(vmlinux, "printk_rb_static", &address, NULL)) {
		found = true;
		if (read_whole_ring(ring, address))
			return true;
	}
	if (found)
		g_set_error(error, KHO_ERROR, KHO_ERROR_HOST, "the kernel's log is not in the memory that was read");
	else
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "the vmlinux has no symbol 'prb'");
	return false;
}

/*
 * Where a record's text is, after get_data(): a block that does not fit before the end of the buffer lies at its
 * beginning. A block that ends exactly there does not wrap (6.19); 6.18 never leaves one like that.
 */
static bool find_text(const struct ring *ring, struct entry *entry, guint64 begin, guint64 next)
{
	guint64 size = 1ULL << ring->size_bits, block, length, id;

	if (begin == EMPTY_LINE_LPOS && next == EMPTY_LINE_LPOS) {
		entry->text = entry->length = 0;
		return true;
	}
	if (begin % ID_BYTES || next % ID_BYTES)
		return false;
	if (begin >> ring->size_bits == (next - 1) >> ring->size_bits) {
		block = begin & (size - 1);
		length = next - begin;
	} else if ((begin + size) >> ring->size_bits == (next - 1) >> ring->size_bits) {
		block = 0;
		length = next & (size - 1);
	} else {
		return false;
	}
	if (length < ID_BYTES || length > size - block || !number(ring, ring->data + block, ID_BYTES, &id) ||
	    id != entry->id)
		return false;
	entry->text = ring->data + block + ID_BYTES;
	entry->length = MIN(entry->length, length - ID_BYTES);
	return true;
}

/* False: not a finished record, or its text is gone. */
static bool read_entry(const struct ring *ring, guint64 index, struct entry *entry)
{
	const struct layout *layout = &ring->layout;
	guint64 desc = ring->descs + index * layout->desc_bytes, info = ring->infos + index * layout->info_bytes;
	guint64 lpos = desc + layout->desc_lpos, state, begin, next;

	if (!number(ring, desc + layout->desc_state, 8, &state))
		return false;
	entry->id = state & ID_MASK;
	state >>= STATE_SHIFT;
	if ((state != STATE_COMMITTED && state != STATE_FINALIZED) ||
	    (entry->id & ((1ULL << ring->count_bits) - 1)) != index)
		return false;
	return number(ring, lpos + layout->lpos_begin, 8, &begin) && number(ring, lpos + layout->lpos_next, 8, &next) &&
	       number(ring, info + layout->info_seq, 8, &entry->seq) &&
	       number(ring, info + layout->info_time, 8, &entry->time) &&
	       number(ring, info + layout->info_text_len, 2, &entry->length) && find_text(ring, entry, begin, next);
}

static gint by_seq(gconstpointer a, gconstpointer b)
{
	const struct entry *left = a, *right = b;

	return left->seq < right->seq ? -1 : left->seq > right->seq;
}

/* All of them: what is behind the tail is reusable, and a head that is garbage loses nothing this way. */
static GArray *read_entries(const struct ring *ring)
{
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
	struct entry entry;

	for (guint64 index = 0; index < 1ULL << ring->count_bits; index++)
		if (read_entry(ring, index, &entry))
			g_array_append_val(entries, entry);
	g_array_sort(entries, by_seq);
	return entries;
}

/* Nothing that could steer a terminal: neither the control characters of ASCII nor those of 8 bits, as U+009B. */
static void append_line(GString *log, guint64 time, const char *text, gsize length)
{
	g_autofree char *valid = g_utf8_make_valid(text, length);

	g_string_append_printf(log, "[%5" G_GINT64_MODIFIER "u.%06" G_GINT64_MODIFIER "u] ", time / 1000000000,
			       time % 1000000000 / 1000);
	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(log, g_unichar_iscntrl(c) && c != '\t' ? '?' : c);
	}
	g_string_append_c(log, '\n');
}

/* As record_print_text() does it. */
static void append_entry(GString *log, const struct ring *ring, const struct entry *entry)
{
	g_autofree char *text = g_malloc0(entry->length + 1);
	const char *line = text, *end = text + entry->length, *newline;

	if (!kho_image_read(ring->image, entry->text, text, entry->length))
		return;
	while ((newline = memchr(line, '\n', end - line))) {
		append_line(log, entry->time, line, newline - line);
		line = newline + 1;
	}
	append_line(log, entry->time, line, end - line);
}

char *kho_printk_log(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GError **error)
{
	struct ring ring = { .image = image };
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(GArray) entries = NULL;

	if (!read_layout(vmlinux, &ring.layout, error) || !find_ring(vmlinux, &ring, error))
		return NULL;
	entries = read_entries(&ring);
	for (guint i = 0; i < entries->len && log->len < MAX_LOG_BYTES; i++)
		append_entry(log, &ring, &g_array_index(entries, struct entry, i));
	if (log->len > MAX_LOG_BYTES)
		g_string_truncate(log, g_strrstr_len(log->str, MAX_LOG_BYTES, "\n") + 1 - log->str);
	return g_strdup(log->str);
}

void kho_printk_wants(const struct kho_vmlinux *vmlinux, const struct kho_image *image, GArray *wanted)
{
	struct ring ring = { .image = image };
	guint64 pointer, address;

	if (!read_layout(vmlinux, &ring.layout, NULL) || !kho_vmlinux_symbol(vmlinux, "prb", &pointer, NULL) ||
	    !number(&ring, pointer, 8, &address) || !read_ring(&ring, address))
		return;
	kho_image_want(image, ring.descs, ring.layout.desc_bytes << ring.count_bits, wanted);
	kho_image_want(image, ring.infos, ring.layout.info_bytes << ring.count_bits, wanted);
	kho_image_want(image, ring.data, 1ULL << ring.size_bits, wanted);
}
