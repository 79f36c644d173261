# From fragments to .config, and the proof that nothing asked for was dropped on the way.
# shellcheck shell=bash
# What is set here is read by the other steps.
# shellcheck disable=SC2034

configure() {
	local config fragments=()
	while IFS= read -r config; do
		fragments+=("$KHO_ROOT/$config")
	done < <(for_version "${K_CONFIGS[@]}")
	cat -- "${fragments[@]}" >"$WORK/fragment"
	run_phase "configure" configured make_config || {
		keep_log
		fail "$(build_failure_status)" "$K_NAME" "make olddefconfig fails" "the log is $KEPT_LOG"
	}
	check_config "$SOURCE/.config" "${fragments[@]}"
	RELEASE=$(kernel_make -s kernelrelease)
}

# allnoconfig lets each line of the fragment stand; olddefconfig settles what depends on it.
make_config() {
	kernel_make KCONFIG_ALLCONFIG="$WORK/fragment" allnoconfig &&
		kernel_make olddefconfig
}

configured() {
	printf '%d options on' "$(grep -cs '=y' "$SOURCE/.config")" || true
}

# check_config CONFIG FRAGMENT...: exits 2, naming all that is missing. An option that several fragments name is
# asked for by the last of them, which is how allnoconfig reads them too.
check_config() {
	local config=$1 fragment option options=() missing=()
	local -A wanted=() asked_at=()
	shift
	for fragment in "$config" "$@"; do
		[[ -f $fragment ]] || fail 2 "check-config" "$fragment" "no such file"
	done
	for fragment; do
		read_fragment "$fragment"
	done
	for option in "${options[@]}"; do
		check_option "$option" "${wanted[$option]}"
	done
	[[ ${#missing[@]} -eq 0 ]] ||
		fail 2 "asked for, but not in the configuration" "${missing[*]}" \
			"each depends on another option that is off, or this kernel does not have it"
}

# Adds to the caller's options, each once, and sets what is wanted of each (off is n) and where that is said.
read_fragment() {
	local fragment=$1 line number=0
	while IFS= read -r line || [[ -n $line ]]; do
		number=$((number + 1))
		if [[ $line =~ ^'# '(CONFIG_[A-Za-z0-9_]+)' is not set'$ ]]; then
			want "${BASH_REMATCH[1]}" n
		elif [[ $line =~ ^(CONFIG_[A-Za-z0-9_]+)=(.+)$ ]]; then
			want "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		elif [[ -n $line && $line != '#'* ]]; then
			fail 2 "$fragment:$number" "'$line' is neither an option nor a comment"
		fi
	done <"$fragment"
}

want() {
	[[ -n ${wanted[$1]:-} ]] || options+=("$1")
	wanted[$1]=$2
	asked_at[$1]=$fragment:$number
}

# True if the configuration says so: an option that is off may also not be there at all.
has_option() {
	if [[ $2 == n ]]; then
		! grep -q "^$1=" "$config"
	else
		grep -qxF -- "$1=$2" "$config"
	fi
}

# Adds to the caller's missing.
check_option() {
	local option=$1 value=$2 have
	! has_option "$option" "$value" || return 0
	have=$(grep -E "^($option=|# $option is not set)" "$config" || printf 'no such option, or it is hidden')
	note "${asked_at[$option]}: $option=$value: the configuration says: $have"
	missing+=("$option=$value")
}
