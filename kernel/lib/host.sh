# What the host must have before anything starts.
# shellcheck shell=bash

# An unpacked tree takes 1.6 GiB, its objects up to 1 GiB, the tarball 0.2 GiB.
NEEDED_MIB=3072

# Command and the Debian package it comes from.
TOOLS=(
	make make gcc gcc ld binutils flex flex bison bison bc bc lz4 lz4 patch patch
	tar tar xz xz-utils dpkg-deb dpkg flock util-linux perl perl-base find findutils
)

check_tools() {
	local i missing=() packages=()
	for ((i = 0; i < ${#TOOLS[@]}; i += 2)); do
		command -v "${TOOLS[i]}" >/dev/null && continue
		missing+=("${TOOLS[i]}")
		packages+=("${TOOLS[i + 1]}")
	done
	# objtool is linked with libelf.
	if command -v gcc >/dev/null && ! gcc -E -x c - <<<'#include <gelf.h>' >/dev/null 2>&1; then
		missing+=(gelf.h)
		packages+=(libelf-dev)
	fi
	[[ ${#missing[@]} -eq 0 ]] ||
		fail 3 "missing: ${missing[*]}" "install the packages ${packages[*]}" "ci/deps does it"
}

check_disk() {
	local free
	free=$(df --output=avail -B1M -- "$CACHE" | tail -n 1 | tr -d ' ')
	((free >= NEEDED_MIB)) ||
		fail 3 "too little disk space" "$CACHE" "$free MiB free, building needs $NEEDED_MIB MiB; \
make room or set XDG_CACHE_HOME"
}
