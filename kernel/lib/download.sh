# The tarball of a Debian source package, or the binary package with one inside, from the mirror that this machine's
# apt uses already, in an apt state of our own: the machine's apt is asked where the mirror is, and never written to.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

# Sets TARBALL, VERSION and SOURCE_SHA256: the first of the versions that is in the cache or can be had.
get_tarball() {
	local version
	take_lock DOWNLOAD_LOCK "download-$K_PACKAGE" "downloading $K_PACKAGE"
	rm -rf -- "$CACHE/downloads/$K_PACKAGE"_*.part
	for version in "${K_VERSIONS[@]}"; do
		if cached_tarball "$version" || download_tarball "$version"; then
			VERSION=$version
			exec {DOWNLOAD_LOCK}>&-
			return
		fi
	done
	fail 3 "$K_NAME: no source" "none of ${K_VERSIONS[*]} could be had" \
		"see the lines above; is the network up, and does apt-get update work?"
}

# Where the download of a version is or will be.
tarball_path() {
	local suffix=.orig.tar.xz
	[[ $K_SOURCE != debian-binary ]] || suffix=.deb
	printf '%s' "$CACHE/downloads/${K_PACKAGE}_$1$suffix"
}

# A tarball counts only with its hash: that of the kernel file or, for a version without, of the index it came from.
cached_tarball() {
	local version=$1 want
	TARBALL=$(tarball_path "$version")
	[[ -f $TARBALL ]] || return 1
	want=${K_PIN[$version]}
	[[ -n $want || ! -f $TARBALL.sha256 ]] || want=$(<"$TARBALL.sha256")
	SOURCE_SHA256=$(sha256sum <"$TARBALL" | cut -d' ' -f1)
	[[ $SOURCE_SHA256 != "$want" ]] || return 0
	note "$TARBALL: not the file it should be, fetching it again"
	rm -f -- "$TARBALL" "$TARBALL.sha256"
	return 1
}

download_tarball() {
	local version=$1 uri size hash
	if ! find_uri "$version"; then
		note "$K_PACKAGE $version: not to be had: $REASON"
		return 1
	fi
	if [[ -n ${K_PIN[$version]} && ${K_PIN[$version]} != "$hash" ]]; then
		note "$K_PACKAGE $version: not to be had: the mirror's tarball is not the one that $DEFINITION names"
		return 1
	fi
	if ! fetch_file "$uri" "$TARBALL" "$size" "$hash"; then
		note "$K_PACKAGE $version: not to be had: $REASON"
		return 1
	fi
	SOURCE_SHA256=$hash
}

# Under a .part name until it is known to be whole. apt checks the hash; so do we, because apt may be an older one.
fetch_file() {
	local uri=$1 file=$2 size=$3 hash=$4
	PART=$file.part PART_SIZE=$size
	if ! run_phase "download $(basename "$file")" downloaded \
		private_apt apt-helper download-file "$uri" "$PART" "SHA256:$hash"; then
		REASON="download failed: $(last_apt_error)"
		rm -f -- "$PART"
		return 1
	fi
	if [[ $(sha256sum <"$PART" | cut -d' ' -f1) != "$hash" ]]; then
		REASON="what came has a wrong hash"
		rm -f -- "$PART"
		return 1
	fi
	printf '%s\n' "$hash" >"$file.sha256"
	sync -- "$PART" "$file.sha256"
	mv -T -- "$PART" "$file"
	sync -- "$(dirname "$file")"
}

downloaded() {
	local have
	have=$(stat -c %s -- "$PART" 2>/dev/null) || have=0
	printf '%d of %d MiB' $((have >> 20)) $((PART_SIZE >> 20))
}

last_apt_error() {
	grep -a '^[EW]:' "$LOG" | tail -n 1 || true
}

# Sets the caller's uri, size and hash; or REASON. Suites are looked into in turn, each read once and only if
# those before it lack the version.
find_uri() {
	local version=$1 suite package_version line
	REASON="in no index of ${K_SUITES[*]}"
	set_mirror || return 1
	for suite in "${K_SUITES[@]}"; do
		read_index "$suite" || continue
		APT_SUITE=$suite
		package_version=$(package_versions | grep -E "^${version//./\\.}-" | tail -n 1) || continue
		line=$(package_uris "$package_version" | grep -E "\.(orig\.tar\.xz|deb)' ") || continue
		if [[ $line =~ ^\'([^\']+)\'\ [^\ ]+\ ([0-9]+)\ SHA256:([0-9a-f]{64}) ]]; then
			uri=${BASH_REMATCH[1]} size=${BASH_REMATCH[2]} hash=${BASH_REMATCH[3]}
			return 0
		fi
	done
	return 1
}

# The versions of the package that the index of APT_SUITE names, a line each.
package_versions() {
	if [[ $K_SOURCE == debian-binary ]]; then
		private_apt apt-cache madison "$K_PACKAGE" 2>/dev/null | awk '{ print $3 }'
	else
		private_apt apt-cache showsrc --only-source "$K_PACKAGE" 2>/dev/null | sed -n 's/^Version: //p'
	fi
}

# Of one of them, what apt would fetch: 'URI' FILE SIZE SHA256:HASH.
package_uris() {
	if [[ $K_SOURCE == debian-binary ]]; then
		private_apt apt-get download --print-uris "$K_PACKAGE=$1" 2>/dev/null
	else
		private_apt apt-get source --print-uris --only-source --tar-only "$K_PACKAGE=$1" 2>/dev/null
	fi
}

# Sets MIRROR: where this machine gets Debian itself from (not its security archive, not a third party). A machine
# whose lists were removed can only be asked by the name that its sources give the suite.
set_mirror() {
	local codename
	[[ -z ${MIRROR:-} ]] || return 0
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	# apt fills these in, not the shell.
	# shellcheck disable=SC2016
	MIRROR=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v codename="$codename" '$1 == "Debian" && $2 == codename { print $3; exit }')
	# shellcheck disable=SC2016
	[[ -n $MIRROR ]] || MIRROR=$(apt-get indextargets --no-release-info --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v codename="$codename" '$1 == "main" && $2 == codename { print $3; exit }')
	[[ -z $MIRROR ]] || return 0
	REASON="apt knows no Debian mirror (apt-get indextargets names none)"
	return 1
}

# One private apt state per suite, so that each index is read alone.
read_index() {
	local suite=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg kind=deb-src
	[[ $K_SOURCE != debian-binary ]] || kind=deb
	APT_SUITE=$suite
	local dir=$WORK/apt/$suite
	if [[ -e $dir/status ]]; then
		[[ $(<"$dir/status") == good ]]
		return
	fi
	mkdir -p "$dir"/{lists,cache}/partial
	printf 'bad' >"$dir/status"
	printf '%s [signed-by=%s] %s %s main\n' "$kind" "$keyring" "$MIRROR" "$suite" >"$dir/sources.list"
	write_apt_conf "$dir"
	if ! run_phase "read the index of $suite" index_size private_apt apt-get update; then
		note "the index of $suite: $(last_apt_error)"
		return 1
	fi
	printf 'good' >"$dir/status"
}

index_size() {
	printf '%s' "$(du -sh -- "$WORK/apt/$APT_SUITE/lists" 2>/dev/null | cut -f1)"
}

# Given with -c, it is read last, so it can take back what the machine's configuration hooks into an update.
write_apt_conf() {
	cat >"$1/apt.conf" <<CONF
Dir::Etc::SourceList "$1/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$1/lists";
Dir::Cache "$1/cache";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
// Without it an update that reached nothing ends with status 0.
APT::Update::Error-Mode "any";
Acquire::ForceHash "SHA256";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
${DEBIAN_ARCH:+APT::Architecture "$DEBIAN_ARCH"; APT::Architectures "$DEBIAN_ARCH";}
// The cache usually lies in a home that apt's own user cannot enter; everything is checked by signature and hash.
APT::Sandbox::User "root";
CONF
}

# private_apt PROGRAM ARGUMENT...: with the state of APT_SUITE. apt-helper lies outside of PATH.
private_apt() {
	local program=$1
	shift
	PATH=$PATH:/usr/lib/apt "$program" -c "$WORK/apt/$APT_SUITE/apt.conf" "$@"
}
