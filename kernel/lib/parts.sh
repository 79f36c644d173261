# Parts of a kernel's source that tests build by themselves, without the patches: out of a tarball that the cache has
# already, since no test may wait for a mirror. They are kept beside the builds.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

PARTS_LIST=$KHO_ROOT/kernel/parts.include

# Sets PARTS_DIR: the user's own tree, or where the parts are once they are unpacked.
locate_parts() {
	local version
	case $K_SOURCE in
	tree)
		PARTS_DIR=$USER_DIR
		return
		;;
	dir) fail 2 "$K_NAME" "a finished build has no source" "name another kernel, see kho-kernel list" ;;
	esac
	for version in "${K_VERSIONS[@]}"; do
		TARBALL=$(tarball_path "$version")
		[[ -f $TARBALL ]] || continue
		SOURCE_SHA256=${K_PIN[$version]}
		[[ -n $SOURCE_SHA256 || ! -f $TARBALL.sha256 ]] || SOURCE_SHA256=$(<"$TARBALL.sha256")
		PARTS_DIR=$CACHE/sources/$K_PACKAGE-$version-$(parts_key)
		return
	done
	fail 3 "$K_NAME" "no tarball of it in $CACHE/downloads" "run: kernel/kho-kernel build $K_NAME"
}

parts_key() {
	{
		printf '%s\n' "$SOURCE_SHA256"
		sha256sum <"$PARTS_LIST"
	} | sha256sum | cut -c1-20
}

unpack_parts() {
	open_work "$(basename "$PARTS_DIR")"
	[[ $(sha256sum <"$TARBALL" | cut -d' ' -f1) == "$SOURCE_SHA256" ]] ||
		fail 3 "$TARBALL" "not the file it should be" "kernel/kho-kernel build $K_NAME fetches it again"
	open_package
	UNPACK_MIB=$(xz --robot --list -- "$TARBALL" | awk '$1 == "totals" { print int($5 / 1048576) }')
	grep -v "^#" "$PARTS_LIST" >"$WORK/parts.include"
	mkdir "$WORK/parts"
	run_phase "unpack parts of $(basename "$TARBALL")" unpacked \
		tar -x -C "$WORK/parts" --strip-components=1 --no-same-owner --wildcards --files-from="$WORK/parts.include" \
		--checkpoint=1000 -I 'xz -T0' -f "$TARBALL" || {
		keep_log
		fail 3 "cannot unpack" "$TARBALL" "the log is $KEPT_LOG"
	}
	mkdir -p -- "$(dirname "$PARTS_DIR")"
	mv -T -- "$WORK/parts" "$PARTS_DIR"
	close_work
}
