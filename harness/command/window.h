/* SPDX-License-Identifier: GPL-2.0-only */
/* How much standard output can show at once. */
#ifndef KHO_COMMAND_WINDOW_H
#define KHO_COMMAND_WINDOW_H

#include <glib.h>

guint kho_window_columns(void); /* of the terminal; 100 where it is none */
guint kho_window_lines(void);	/* likewise; 24 */

#endif
