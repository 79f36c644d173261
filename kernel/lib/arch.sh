# What differs by architecture, in one place. K_ARCH is one of those that arch_known knows.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

ARCHES="x86_64 arm64"

arch_known() {
	[[ " $ARCHES " == *" $K_ARCH "* ]]
}

# The name that the kernel's makefiles have for it.
arch_make() {
	case $K_ARCH in
	x86_64) printf 'x86' ;;
	*) printf '%s' "$K_ARCH" ;;
	esac
}

arch_image_name() {
	case $K_ARCH in
	x86_64) printf 'bzImage' ;;
	arm64) printf 'Image' ;;
	esac
}

arch_image_path() {
	printf 'arch/%s/boot/%s' "$(arch_make)" "$(arch_image_name)"
}

# The prefix of the compiler's name; empty where the machine's own compiles for it.
arch_cross() {
	case $K_ARCH:$(uname -m) in
	x86_64:x86_64 | arm64:aarch64) ;;
	x86_64:*) printf 'x86_64-linux-gnu-' ;;
	arm64:*) printf 'aarch64-linux-gnu-' ;;
	esac
}

# The Debian package that has that compiler.
arch_compiler_package() {
	local cross
	cross=$(arch_cross)
	printf 'gcc%s' "${cross:+-${cross%-}}" | tr _ -
}
