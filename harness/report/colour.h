/* SPDX-License-Identifier: GPL-2.0-only */
/* Colours of a terminal. They only repeat what the words say. */
#ifndef KHO_REPORT_COLOUR_H
#define KHO_REPORT_COLOUR_H

#define KHO_RED	   "\033[31m"
#define KHO_GREEN  "\033[32m"
#define KHO_YELLOW "\033[33m"
#define KHO_BOLD   "\033[1m"
#define KHO_DIM	   "\033[2m"
#define KHO_PLAIN  "\033[0m"

#endif
