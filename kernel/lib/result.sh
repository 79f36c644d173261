# What a build leaves in the cache.
# shellcheck shell=bash

# The result appears under its final name whole or not at all, even if the power goes.
publish() {
	sync -- "$WORK"/result/* "$WORK"/result/.config "$WORK/result" ||
		fail 3 "cannot write" "$CACHE" "is the disk full or failing?"
	mkdir -p "$(dirname "$BUILD_DIR")"
	# Without kernel.info, what is there was not made by this function.
	rm -rf -- "$BUILD_DIR"
	mv -T -- "$WORK/result" "$BUILD_DIR"
	sync -- "$(dirname "$BUILD_DIR")"
}

# kernel.info: what a finished build is, for programs.
write_info() {
	{
		printf 'name=%s\n' "$K_NAME"
		printf 'release=%s\n' "$RELEASE"
		printf 'version=%s\n' "$VERSION"
		printf 'arch=%s\n' "$K_ARCH"
		printf 'image=%s\n' "$(arch_image_name)"
		printf 'source_sha256=%s\n' "$SOURCE_SHA256"
		printf 'key=%s\n' "$KEY"
		printf 'patched=%s\n' "$PATCHED"
	} >"$WORK/result/kernel.info"
}
