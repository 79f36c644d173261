// SPDX-License-Identifier: GPL-2.0-only
#include "harness/model/matrix.h"

void kho_matrix_free(struct kho_matrix *matrix)
{
	if (!matrix)
		return;
	g_free(matrix->name);
	g_free(matrix->description);
	g_ptr_array_unref(matrix->cells); /* first: cells point to topologies */
	g_ptr_array_unref(matrix->topologies);
	g_ptr_array_unref(matrix->kernels);
	g_free(matrix);
}
