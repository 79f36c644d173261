# The private source tree, $WORK/source: from a tarball or from a user's tree, and patched.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

get_source() {
	SOURCE=$WORK/source
	mkdir "$SOURCE"
	if [[ $K_SOURCE == tree ]]; then
		copy_tree
	else
		get_tarball
		open_package
		unpack
	fi
}

# Of a binary package the tarball inside becomes TARBALL.
open_package() {
	[[ $K_SOURCE == debian-binary ]] || return 0
	run_phase "open $(basename "$TARBALL")" opened extract_tarball || {
		keep_log
		fail 3 "cannot open" "$TARBALL" "the log is $KEPT_LOG"
	}
	TARBALL=$WORK/source.tar.xz
}

extract_tarball() {
	dpkg-deb --fsys-tarfile "$TARBALL" | tar -xO --wildcards "./usr/src/linux-source-*.tar.xz" >"$WORK/source.tar.xz"
}

opened() {
	printf '%d MiB' $(($(stat -c %s -- "$WORK/source.tar.xz" 2>/dev/null || printf 0) >> 20))
}

unpack() {
	UNPACK_MIB=$(xz --robot --list -- "$TARBALL" | awk '$1 == "totals" { print int($5 / 1048576) }')
	grep -v "^#" "$KHO_ROOT/kernel/unpack.exclude" >"$WORK/exclude"
	run_phase "unpack $(basename "$TARBALL")" unpacked \
		tar -x -C "$SOURCE" --strip-components=1 --no-same-owner --exclude-from="$WORK/exclude" \
		--checkpoint=1000 -I 'xz -T0' -f "$TARBALL" || {
		keep_log
		fail 3 "cannot unpack" "$TARBALL" "the log is $KEPT_LOG"
	}
}

# tar reports every 1000 records of 10 KiB.
unpacked() {
	local records
	records=$(grep -ac 'checkpoint' "$LOG") || true
	printf '%d of %d MiB' $((records * 1000 * 10 / 1024)) "$UNPACK_MIB"
}

# What of the estimators runs in the kernel: the one under test, what it includes, and what calls it there.
KERNEL_ESTIMATOR=(estimator/{port.h,sparsemem.c,sparsemem.h})
KERNEL_CALLER=kernel/estimator/kho_sparsemem.c

# Sets PATCHED: yes, no, or foreign for a tree that brings an estimator of its own.
patch_source() {
	local patch patches place
	PATCHED=no
	place=$(kho_place)
	mapfile -t patches < <(for_version "${K_PATCHES[@]}")
	if [[ $K_SOURCE == tree ]] && grep -rqsF 'sparsemem sanity skipped' "$SOURCE/kernel"; then
		if ! grep -qsF 'estimator/' "$SOURCE/$place/Makefile"; then
			PATCHED=foreign
			note "$K_NAME: the tree has an estimator of its own, and is not patched"
			return
		fi
		note "$K_NAME: the tree has our patch already; only the estimator's source goes in"
	else
		for patch in "${patches[@]}"; do
			apply_patch "$patch"
		done
	fi
	[[ ${#patches[@]} -gt 0 ]] || return 0
	PATCHED=yes
	mkdir -p "$SOURCE/$place/estimator"
	cp -- "$KHO_ROOT/$KERNEL_CALLER" "$SOURCE/$place/"
	(cd -- "$KHO_ROOT" && cp -- "${KERNEL_ESTIMATOR[@]}" "$SOURCE/$place/estimator/")
}

# Where KHO lies: kernel/ up to 6.18, kernel/liveupdate/ since.
kho_place() {
	if [[ -f $SOURCE/kernel/kexec_handover.c ]]; then
		printf 'kernel'
	else
		printf 'kernel/liveupdate'
	fi
}

# Without fuzz: a patch whose context has changed has not been looked at for this kernel.
apply_patch() {
	local patch=$1 status=2 advice="build it yourself, and give the finished build as KERNEL_DIR"
	patch -d "$SOURCE" -p1 --fuzz=0 --forward --batch --no-backup-if-mismatch <"$KHO_ROOT/$patch" >>"$LOG" 2>&1 && return
	keep_log
	if [[ $K_SOURCE == debian* ]]; then
		advice="the patch must be renewed for $VERSION"
	fi
	fail "$status" "$K_NAME" "$patch does not apply" "$advice; the log is $KEPT_LOG"
}
