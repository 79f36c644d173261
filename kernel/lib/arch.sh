# What differs by architecture, in one place. K_ARCH is one of those that arch_known knows.
# shellcheck shell=bash

arch_known() {
	[[ $K_ARCH == x86_64 ]]
}

arch_make() {
	printf 'x86'
}

arch_image_name() {
	printf 'bzImage'
}

arch_image_path() {
	printf 'arch/x86/boot/bzImage'
}
