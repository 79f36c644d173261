# A finished build of the user's, KERNEL_DIR: checked, and linked to; nothing in it is copied or changed.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

# Sets USER_IMAGE. The image lies beside vmlinux, or where kbuild leaves it.
find_finished_build() {
	local file
	USER_IMAGE=$USER_DIR/$(arch_image_name)
	[[ -e $USER_IMAGE ]] || USER_IMAGE=$USER_DIR/$(arch_image_path)
	[[ -e $USER_IMAGE ]] ||
		fail 2 "KERNEL_DIR=$USER_DIR" "no $(arch_image_name)" "neither there nor at $(arch_image_path); is it built?"
	for file in "$USER_IMAGE" "$USER_DIR/vmlinux" "$USER_DIR/.config"; do
		[[ -f $file && -r $file ]] || fail 2 "KERNEL_DIR=$USER_DIR" "no $(basename "$file")" "is it built?"
		[[ -s $file ]] || fail 2 "KERNEL_DIR=$USER_DIR" "$file is empty" "build it again"
	done
}

link_finished_build() {
	local image_release
	RELEASE=$(banner_release "$USER_DIR/vmlinux") || fail 2 "KERNEL_DIR=$USER_DIR" "vmlinux" "not an uncompressed kernel"
	image_release=$(image_release "$USER_IMAGE") ||
		fail 2 "KERNEL_DIR=$USER_DIR" "$USER_IMAGE" "not a $(arch_image_name)"
	[[ $image_release == "$RELEASE" ]] ||
		fail 2 "KERNEL_DIR=$USER_DIR" "the image is $image_release but vmlinux is $RELEASE" "build both together"
	VERSION=$RELEASE SOURCE_SHA256=unknown PATCHED=unknown
	grep -qx 'CONFIG_KEXEC_HANDOVER=y' "$USER_DIR/.config" ||
		note "$USER_DIR/.config: CONFIG_KEXEC_HANDOVER is off: no handover will happen"
	ln -s -- "$USER_IMAGE" "$WORK/result/$(arch_image_name)"
	ln -s -- "$USER_DIR/vmlinux" "$USER_DIR/.config" "$WORK/result/"
}

banner_release() {
	grep -aom1 'Linux version [0-9][^ ]*' "$1" | head -n 1 | cut -d' ' -f3
}

# arm64's has "ARM\x64" at 0x38, and is not compressed.
image_release() {
	case $K_ARCH in
	x86_64) bzimage_release "$1" ;;
	arm64)
		[[ $(dd if="$1" bs=1 skip=$((0x38)) count=4 status=none) == ARMd ]] || return 1
		banner_release "$1"
		;;
	esac
}

# The boot protocol: "HdrS" at 0x202, and at 0x20e where, less 0x200, the version string begins.
bzimage_release() {
	local offset
	[[ $(dd if="$1" bs=1 skip=$((0x202)) count=4 status=none) == HdrS ]] || return 1
	offset=$(od -An -tu2 --endian=little -j $((0x20e)) -N 2 -- "$1")
	dd if="$1" bs=1 skip=$((offset + 0x200)) count=128 status=none | tr '\0' '\n' | head -n 1 | cut -d' ' -f1
}
