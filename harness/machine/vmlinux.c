// SPDX-License-Identifier: GPL-2.0-only
#include "harness/machine/vmlinux.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "harness/machine/vmlinux_tables.h"
#include "harness/model/error.h"

#define MAX_NESTED 8 /* functions in a function */
#define MAX_CALL   7 /* bytes; x86-64, without a prefix */

struct symbol {
	guint64 address, size;
	const char *name; /* in the ELF's string table */
	bool global;
};

static gint by_address(gconstpointer a, gconstpointer b)
{
	const struct symbol *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

/* Global ones first among equals. */
static gint by_name(gconstpointer a, gconstpointer b)
{
	const struct symbol *left = a, *right = b;

	return strcmp(left->name, right->name) ?: (int)right->global - (int)left->global;
}

/* Code that was written in assembler is no STT_FUNC where it is entered by other ways than a call: entry code, mostly.
 */
static bool is_code(const struct kho_vmlinux *vmlinux, const GElf_Sym *sym)
{
	Elf_Scn *section;
	GElf_Shdr header;

	if (GELF_ST_TYPE(sym->st_info) == STT_FUNC)
		return true;
	if (GELF_ST_TYPE(sym->st_info) != STT_NOTYPE || !sym->st_size)
		return false;
	section = elf_getscn(vmlinux->elf, sym->st_shndx);
	return section && gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR;
}

static void add_symbol(struct kho_vmlinux *vmlinux, const GElf_Sym *sym, const char *name)
{
	struct symbol symbol = { sym->st_value, sym->st_size, name, GELF_ST_BIND(sym->st_info) != STB_LOCAL };
	int type = GELF_ST_TYPE(sym->st_info);

	if (!name || !*name || sym->st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE || type == STT_TLS)
		return;
	g_array_append_val(vmlinux->symbols, symbol);
	if (is_code(vmlinux, sym))
		g_array_append_val(vmlinux->functions, symbol);
}

static void read_symbols(struct kho_vmlinux *vmlinux)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(vmlinux->elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		GElf_Sym sym;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &sym); i++)
			add_symbol(vmlinux, &sym, elf_strptr(vmlinux->elf, header.sh_link, sym.st_name));
	}
	g_array_sort(vmlinux->symbols, by_name);
	g_array_sort(vmlinux->functions, by_address);
}

/* NULL: fine. */
static const char *read_elf(struct kho_vmlinux *vmlinux)
{
	GElf_Ehdr header;
	char *ident;

	vmlinux->elf = elf_begin(vmlinux->fd, ELF_C_READ_MMAP, NULL);
	if (!vmlinux->elf || elf_kind(vmlinux->elf) != ELF_K_ELF)
		return "not an ELF file";
	ident = elf_getident(vmlinux->elf, NULL);
	if (!ident || ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return "not a 64-bit little-endian ELF file";
	if (!gelf_getehdr(vmlinux->elf, &header))
		return "the ELF header is damaged";
	vmlinux->machine = header.e_machine;
	read_symbols(vmlinux);
	if (!vmlinux->symbols->len)
		return "no symbols: stripped, or cut off";
	vmlinux->dwarf = dwarf_begin_elf(vmlinux->elf, DWARF_C_READ, NULL);
	return NULL;
}

struct kho_vmlinux *kho_vmlinux_open(const char *path, GError **error)
{
	g_autoptr(KhoVmlinux) vmlinux = g_new0(struct kho_vmlinux, 1);
	const char *problem;

	elf_version(EV_CURRENT);
	vmlinux->functions = g_array_new(FALSE, FALSE, sizeof(struct symbol));
	vmlinux->symbols = g_array_new(FALSE, FALSE, sizeof(struct symbol));
	vmlinux->structs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	vmlinux->misses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	vmlinux->units = g_new0(struct units, 1);
	vmlinux->fd = open(path, O_RDONLY | O_CLOEXEC);
	problem = vmlinux->fd < 0 ? g_strerror(errno) : read_elf(vmlinux);
	if (problem) {
		g_set_error(error, KHO_ERROR, KHO_ERROR_INPUT, "%s: %s", path, problem);
		return NULL;
	}
	return g_steal_pointer(&vmlinux);
}

static void free_tables(struct kho_vmlinux *vmlinux)
{
	dwarf_end(vmlinux->dwarf);
	elf_end(vmlinux->elf);
	if (vmlinux->fd >= 0)
		close(vmlinux->fd);
	g_array_unref(vmlinux->functions);
	g_array_unref(vmlinux->symbols);
	g_hash_table_unref(vmlinux->structs);
	g_hash_table_unref(vmlinux->misses);
	g_free(vmlinux->units);
}

void kho_vmlinux_free(struct kho_vmlinux *vmlinux)
{
	if (!vmlinux)
		return;
	if (!vmlinux->borrowed)
		free_tables(vmlinux);
	g_free(vmlinux);
}

struct kho_vmlinux *kho_vmlinux_slid(const struct kho_vmlinux *of, guint64 slide)
{
	struct kho_vmlinux *slid = g_memdup2(of, sizeof(*of));

	slid->slide = slide;
	slid->borrowed = true;
	return slid;
}

/* --- symbols and code --- */

/* The first of those that @symbols has under @name. */
static const struct symbol *find_symbol(const GArray *symbols, const char *name)
{
	guint low = 0, high = symbols->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (strcmp(g_array_index(symbols, struct symbol, middle).name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == symbols->len || strcmp(g_array_index(symbols, struct symbol, low).name, name) != 0)
		return NULL;
	return &g_array_index(symbols, struct symbol, low);
}

bool kho_vmlinux_symbol(const struct kho_vmlinux *vmlinux, const char *name, guint64 *address, guint64 *size)
{
	const struct symbol *symbol = find_symbol(vmlinux->symbols, name);

	if (!symbol)
		return false;
	*address = symbol->address + vmlinux->slide;
	if (size)
		*size = symbol->size;
	return true;
}

bool kho_vmlinux_has(const struct kho_vmlinux *vmlinux, const char *name)
{
	return find_symbol(vmlinux->symbols, name) != NULL;
}

/* How many functions begin at or below @address. */
static guint functions_up_to(const GArray *functions, guint64 address)
{
	guint low = 0, high = functions->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(functions, struct symbol, middle).address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The innermost of the first @next functions that covers @at: in assembler there are functions within functions, and
 * behind the inner one the outer one goes on.
 */
static const struct symbol *find_cover(const GArray *functions, guint next, guint64 at, guint64 *reach)
{
	for (guint i = next; i > 0 && next - i < MAX_NESTED; i--) {
		const struct symbol *symbol = &g_array_index(functions, struct symbol, i - 1);

		*reach = symbol->size;
		if (!*reach && i < functions->len)
			*reach = symbol[1].address - symbol->address;
		if (at - symbol->address < *reach)
			return symbol;
	}
	return NULL;
}

const char *kho_vmlinux_function_at(const struct kho_vmlinux *vmlinux, guint64 address, guint64 *offset, guint64 *size)
{
	guint64 at = address - vmlinux->slide, reach;
	guint next = functions_up_to(vmlinux->functions, at);
	const struct symbol *symbol = find_cover(vmlinux->functions, next, at, &reach);

	if (!symbol)
		return NULL;
	if (offset)
		*offset = at - symbol->address;
	if (size)
		*size = reach;
	return symbol->name;
}

bool kho_vmlinux_read(const struct kho_vmlinux *vmlinux, guint64 address, void *bytes, gsize length)
{
	guint64 at = address - vmlinux->slide;
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(vmlinux->elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) || header.sh_type == SHT_NOBITS ||
		    at < header.sh_addr || at - header.sh_addr >= header.sh_size)
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf || at - header.sh_addr > data->d_size ||
		    length > data->d_size - (at - header.sh_addr))
			return false;
		memcpy(bytes, (const char *)data->d_buf + (at - header.sh_addr), length);
		return true;
	}
	return false;
}

/*
 * The length of CALL r/m64 (FF /2), which ModRM and SIB tell: 2 bytes, a SIB, 8 or 32 bits of displacement. 0: it is
 * none.
 */
static gsize x86_indirect_call(const guint8 *code)
{
	guint8 mode = code[1] >> 6, base = code[1] & 7;
	bool sib = mode != 3 && base == 4;

	if (code[0] != 0xff || (code[1] >> 3 & 7) != 2)
		return 0;
	if (mode == 0 && (sib ? code[2] & 7 : base) == 5) /* no base, but a displacement */
		mode = 2;
	return 2 + sib + (mode == 1 ? 1 : mode == 2 ? 4 : 0);
}

static bool x86_call_before(const struct kho_vmlinux *vmlinux, guint64 address)
{
	guint8 code[MAX_CALL + 1] = { 0 }; /* the shortest one may seem to have a SIB behind it */
	gsize have = MAX_CALL;

	while (have > 1 && !kho_vmlinux_read(vmlinux, address - have, code + MAX_CALL - have, have))
		have--;
	if (have < 2)
		return false;
	if (have >= 5 && code[MAX_CALL - 5] == 0xe8)
		return true;
	for (gsize length = 2; length <= have; length++)
		if (x86_indirect_call(code + MAX_CALL - length) == length)
			return true;
	return false;
}

static bool arm64_call_before(const struct kho_vmlinux *vmlinux, guint64 address)
{
	guint32 code;

	if (address % 4 || !kho_vmlinux_read(vmlinux, address - 4, &code, sizeof(code)))
		return false;
	code = GUINT32_FROM_LE(code);
	return (code & 0xfc000000) == 0x94000000 || (code & 0xfffffc1f) == 0xd63f0000;
}

bool kho_vmlinux_is_arm64(const struct kho_vmlinux *vmlinux)
{
	return vmlinux->machine == EM_AARCH64;
}

bool kho_vmlinux_call_before(const struct kho_vmlinux *vmlinux, guint64 address)
{
	if (vmlinux->machine == EM_AARCH64)
		return arm64_call_before(vmlinux, address);
	return vmlinux->machine == EM_X86_64 && x86_call_before(vmlinux, address);
}
