// SPDX-License-Identifier: GPL-2.0-only
#include "harness/handover/page_reader.h"

struct kho_page_reader {
	struct kho_peek *peek;
	struct kho_page_walk *walk;
	kho_page_reader_done done;
	void *data;
	guint given; /* of those that are wanted now */
};

/* Answers come in the order of the questions: QMP is one stream. */
static void took_page(const void *bytes, gsize length, void *data);

static void ask(struct kho_page_reader *reader)
{
	const GArray *wanted = kho_page_walk_wanted(reader->walk);

	reader->given = 0;
	for (guint i = 0; i < wanted->len; i++)
		kho_peek_physical(reader->peek, g_array_index(wanted, guint64, i), KHO_PAGE_WALK_BYTES, took_page,
				  reader);
}

static void took_page(const void *bytes, gsize length, void *data)
{
	struct kho_page_reader *reader = data;
	const GArray *wanted = kho_page_walk_wanted(reader->walk);

	kho_page_walk_give(reader->walk, reader->given++, bytes);
	if (reader->given < wanted->len)
		return;
	kho_page_walk_step(reader->walk);
	if (kho_page_walk_wanted(reader->walk)->len)
		ask(reader);
	else
		reader->done(reader->data);
}

struct kho_page_reader *kho_page_reader_start(struct kho_peek *peek, struct kho_page_walk *walk,
					      kho_page_reader_done done, void *data)
{
	struct kho_page_reader *reader = g_new0(struct kho_page_reader, 1);

	*reader = (struct kho_page_reader){ .peek = peek, .walk = walk, .done = done, .data = data };
	ask(reader); /* a walk wants its topmost table at least */
	return reader;
}

void kho_page_reader_free(struct kho_page_reader *reader)
{
	g_free(reader);
}
