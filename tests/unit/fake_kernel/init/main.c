// SPDX-License-Identifier: GPL-2.0-only
/* The fake kernel's symbols, and shapes of types. */
#include <stdint.h>

const char banner[32] = "Linux version 0.0.0 (nobody)";
const char linux_banner[64] = "Linux version 0.0.0 (nobody@nowhere)";
char nothing[64]; /* in .bss: not in the file */
uint32_t twice = 2;
static uint32_t local __attribute__((used)) = 2;

typedef volatile unsigned long word_t;

/* What find_member() must see through. */
struct shape {
	char name[5];
	union {
		struct {
			word_t inner;
			union {
				const uint16_t deep;
				uint8_t flat;
			};
		};
		uint32_t table[3][2];
	};
	struct shape *next;
	unsigned int bits : 3, more_bits : 7;
	struct {
		int hidden;
	} named;
	uint8_t rest[];
};

struct only_here {
	uint64_t a, b;
};

union either {
	uint8_t small;
	uint64_t large;
};

struct shape shape;
struct only_here only_here;
union either either;
