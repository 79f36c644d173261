/* SPDX-License-Identifier: GPL-2.0-only */
/* What every unit test includes. */
#ifndef KHO_TESTS_TEST_H
#define KHO_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define KIB (1ULL << 10)
#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define TIB (1ULL << 40)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
