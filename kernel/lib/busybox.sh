# A static busybox for a guest of another architecture: out of Debian's package, through the same private apt state as
# the sources. Packages of two architectures cannot be installed beside each other, so this one is only opened.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

BUSYBOX_PACKAGE=busybox-static

# Prints the path. The machine's own architecture has the program that is installed.
find_busybox() {
	local arch=$1 own=/bin/busybox
	K_ARCH=$arch K_NAME=busybox-$arch
	arch_known || fail 2 "busybox" "'$arch' is not known, known are $ARCHES"
	if [[ -z $(arch_cross) ]]; then
		[[ -x $own ]] || fail 3 "missing: $own" "install the package $BUSYBOX_PACKAGE" "ci/deps does it"
		printf '%s\n' "$own"
		return
	fi
	prepare_cache
	take_lock BUSYBOX_LOCK "$K_NAME" "$K_NAME"
	cached_busybox || fetch_busybox
	printf '%s\n' "$BUSYBOX"
}

cached_busybox() {
	local file
	BUSYBOX=
	for file in "$CACHE/busybox/$K_ARCH"-*; do
		[[ ! -f $file ]] || BUSYBOX=$file
	done
	[[ -n $BUSYBOX ]]
}

fetch_busybox() {
	local uri size hash line suite
	open_work "$K_NAME"
	K_PACKAGE=$BUSYBOX_PACKAGE:$(arch_debian) K_SOURCE=debian-binary DEBIAN_ARCH=$(arch_debian)
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-sid}")
	set_mirror || fail 3 "$K_NAME" "not to be had: $REASON" "does apt-get update work?"
	read_index "$suite" || fail 3 "$K_NAME" "no index of $suite" "see the lines above; is the network up?"
	APT_SUITE=$suite
	line=$(private_apt apt-get download --print-uris "$K_PACKAGE" 2>>"$LOG" | grep "\.deb' ") ||
		fail 3 "$K_NAME" "$K_PACKAGE is not in the index of $suite" "$(last_apt_error)"
	[[ $line =~ ^\'([^\']+)\'\ [^\ ]+\ ([0-9]+)\ SHA256:([0-9a-f]{64}) ]] || fail 3 "$K_NAME" "apt says: $line" "report this"
	uri=${BASH_REMATCH[1]} size=${BASH_REMATCH[2]} hash=${BASH_REMATCH[3]}
	fetch_file "$uri" "$WORK/busybox.deb" "$size" "$hash" || fail 3 "$K_NAME" "not to be had: $REASON" "run again"
	mkdir -p "$CACHE/busybox"
	BUSYBOX=$CACHE/busybox/$K_ARCH-${hash:0:16}
	dpkg-deb --fsys-tarfile "$WORK/busybox.deb" | tar -xO --wildcards './*bin/busybox' >"$WORK/busybox" ||
		fail 3 "$K_NAME" "the package has no busybox" "report this"
	chmod 755 "$WORK/busybox"
	sync -- "$WORK/busybox"
	mv -T -- "$WORK/busybox" "$BUSYBOX"
	close_work
}

arch_debian() {
	case $K_ARCH in
	x86_64) printf 'amd64' ;;
	*) printf '%s' "$K_ARCH" ;;
	esac
}
