// SPDX-License-Identifier: GPL-2.0-only
#include "harness/judge/statistics.h"

#include <math.h>

#define Z 1.959964 /* of the normal distribution, 2.5 % lie above it, and as many below -Z */

/* E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. */
struct kho_share kho_share_of(guint hits, guint all)
{
	double n = all, p, centre, half;

	if (!all)
		return (struct kho_share){ .defined = false };
	p = hits / n;
	centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
	half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
	/* At both ends the bound is exact; do not let rounding say 1.0000000000000002. */
	return (struct kho_share){
		.defined = true,
		.value = p,
		.low = hits ? centre - half : 0,
		.high = hits < all ? centre + half : 1,
	};
}

struct kho_share kho_precision(const struct kho_confusion *confusion)
{
	return kho_share_of(confusion->tp, confusion->tp + confusion->fp);
}

struct kho_share kho_recall(const struct kho_confusion *confusion)
{
	return kho_share_of(confusion->tp, confusion->tp + confusion->fn);
}

guint kho_confusion_judged(const struct kho_confusion *confusion)
{
	return confusion->tp + confusion->fp + confusion->tn + confusion->fn;
}
