/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A printk ring in a machine's memory that is made up, with the fake kernel's layout. It is filled as
 * kernel/printk/printk_ringbuffer.c does it (6.19), from the same first positions; what is overwritten stays as it is
 * here, so that a reader has to notice.
 */
#ifndef KHO_TESTS_MADE_UP_LOG_H
#define KHO_TESTS_MADE_UP_LOG_H

#include "harness/handover/image.h"
#include "tests/unit/fake_kernel.h"
#include "tests/unit/fake_kernel/include/printk_ringbuffer.h"

#define LOG_COUNT_BITS 3
#define LOG_COUNT      (1u << LOG_COUNT_BITS)
#define LOG_SIZE_BITS  8
#define LOG_SIZE       (1u << LOG_SIZE_BITS)

#define RESERVED  0ULL
#define COMMITTED 1ULL
#define FINALIZED 2ULL
#define REUSABLE  3ULL

/* Where it lies; on its own pages, as a ring that was allocated later. */
#define DESCS_AT 0xffff888000100000
#define INFOS_AT 0xffff888000200000
#define TEXT_AT	 0xffff888000300000

struct made_up_log {
	struct printk_ringbuffer ring;
	struct prb_desc descs[LOG_COUNT];
	struct printk_info infos[LOG_COUNT];
	char text[LOG_SIZE];
	guint64 id, seq, lpos; /* of the next record */
};

static inline void made_up_log_init(struct made_up_log *log)
{
	*log = (struct made_up_log){ .id = -(guint64)LOG_COUNT, .lpos = -(guint64)LOG_SIZE };
	memset(log->text, '#', sizeof(log->text));
	log->ring.desc_ring.count_bits = LOG_COUNT_BITS;
	log->ring.desc_ring.descs = (struct prb_desc *)DESCS_AT;
	log->ring.desc_ring.infos = (struct printk_info *)INFOS_AT;
	log->ring.text_data_ring.size_bits = LOG_SIZE_BITS;
	log->ring.text_data_ring.data = (char *)TEXT_AT;
	for (guint i = 0; i < LOG_COUNT; i++)
		log->descs[i].state_var.counter = REUSABLE << 62;
}

static inline void made_up_log_set_state(struct made_up_log *log, guint index, guint64 state)
{
	guint64 id = (guint64)log->descs[index].state_var.counter & (G_MAXUINT64 >> 2);

	log->descs[index].state_var.counter = (gint64)(state << 62 | id);
}

/* A block for @length bytes of text, after data_alloc(). Returns where the text is to be written. */
static inline char *made_up_log_block(struct made_up_log *log, gsize length, struct prb_data_blk_lpos *lpos)
{
	gsize size = 8 + (length + 7) / 8 * 8;
	guint64 block = log->lpos;
	char *at;

	lpos->begin = log->lpos;
	if (block >> LOG_SIZE_BITS != (block + size - 1) >> LOG_SIZE_BITS)
		block = (block / LOG_SIZE + 1) * LOG_SIZE;
	lpos->next = log->lpos = block + size;
	at = log->text + block % LOG_SIZE;
	*(guint64 *)at = log->id & (G_MAXUINT64 >> 2);
	return at + 8;
}

/* A finished record of the second @seconds; its index. */
static inline guint made_up_log_add_bytes(struct made_up_log *log, guint64 seconds, const char *text, gsize length)
{
	guint index = log->id % LOG_COUNT;
	struct prb_desc *desc = &log->descs[index];

	desc->state_var.counter = (gint64)log->id;
	made_up_log_set_state(log, index, FINALIZED);
	if (length)
		memcpy(made_up_log_block(log, length, &desc->text_blk_lpos), text, length);
	else
		desc->text_blk_lpos.begin = desc->text_blk_lpos.next = 3;
	log->infos[index].seq = log->seq++;
	log->infos[index].ts_nsec = seconds * 1000000000;
	log->infos[index].text_len = length;
	log->ring.desc_ring.head_id.counter = (gint64)log->id++;
	return index;
}

static inline guint made_up_log_add(struct made_up_log *log, guint64 seconds, const char *text)
{
	return made_up_log_add_bytes(log, seconds, text, strlen(text));
}

/* Writes what there is of the ring itself into the memory at @symbol; the rest where it lies. */
static inline void made_up_log_put(const struct made_up_log *log, const struct kho_vmlinux *vmlinux, const char *symbol,
				   struct kho_image *image)
{
	assert_true(kho_image_add(image, fake_kernel_address(vmlinux, symbol), &log->ring, sizeof(log->ring)));
	assert_true(kho_image_add(image, DESCS_AT, log->descs, sizeof(log->descs)));
	assert_true(kho_image_add(image, INFOS_AT, log->infos, sizeof(log->infos)));
	assert_true(kho_image_add(image, TEXT_AT, log->text, sizeof(log->text)));
}

#endif
