/* SPDX-License-Identifier: GPL-2.0-only */
/* Few combinations in which every two values of different factors meet at least once. Pure, and always the same. */
#ifndef KHO_MODEL_PAIRWISE_H
#define KHO_MODEL_PAIRWISE_H

#include <glib.h>
#include <stdbool.h>

#define KHO_PAIRWISE_FACTORS 16 /* at most */
#define KHO_PAIRWISE_LEVELS  8	/* of a factor at most */

struct kho_combination {
	guint levels[KHO_PAIRWISE_FACTORS]; /* by factor, from 0 on */
};

/* @levels: how many values each of @factors factors has, 1 at least. Of struct kho_combination, to be freed. */
GArray *kho_pairwise(const guint *levels, guint factors);

#endif
