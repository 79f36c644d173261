# make, in an environment of its own, so that the same inputs give the same bytes.
# shellcheck shell=bash

# Sets MAKE. Nothing from the caller's environment gets in: neither an outer make's flags nor ARCH, KCFLAGS or V;
# and no tool that only some machines have, whose version would show in .config. Time, user and host are fixed;
# paths are cut off, because debug info counts for the build ID, and that is in the image.
set_make() {
	# shellcheck disable=SC2054
	MAKE=(
		env -i PATH="$PATH" HOME="$WORK" LC_ALL=C TZ=UTC make -C "$SOURCE" ARCH="$(arch_make)"
		CROSS_COMPILE="$(arch_cross)" LOCALVERSION= RUSTC=no-rustc PAHOLE=no-pahole
		KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970'
		KBUILD_BUILD_USER=kho-matrix KBUILD_BUILD_HOST=kho-matrix KBUILD_BUILD_VERSION=1
		KCFLAGS="-ffile-prefix-map=$SOURCE=." KAFLAGS="-ffile-prefix-map=$SOURCE=."
	)
}

kernel_make() {
	set_make
	"${MAKE[@]}" "$@"
}

compile() {
	set_make
	run_phase "compile $RELEASE" compiled "${MAKE[@]}" -j"$(nproc)" "$(arch_image_name)" || {
		keep_log
		fail "$(build_failure_status)" "$K_NAME" "the compilation failed" "the log is $KEPT_LOG"
	}
	mv -- "$SOURCE/vmlinux" "$SOURCE/.config" "$SOURCE/System.map" "$WORK/result/"
	mv -- "$SOURCE/$(arch_image_path)" "$WORK/result/$(arch_image_name)"
}

compiled() {
	local objects
	objects=$(grep -aEc '^  (CC|AS|HOSTCC|LDS) ' "$LOG") || true
	printf '%d objects' "$objects"
}

# A user's tree that does not build is bad input; a released kernel that does not is this machine's fault.
build_failure_status() {
	if [[ $K_SOURCE == tree ]]; then
		printf 2
	else
		printf 3
	fi
}
