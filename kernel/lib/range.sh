# What of a kernel file is for which versions: [since, before), as its config and patch lines say.
# shellcheck shell=bash

# for_version FILE...: prints those that are for VERSION, a line each.
for_version() {
	local file since before
	for file; do
		read -r since before <<<"${K_RANGE[$file]}"
		[[ -z $since ]] || version_reaches "$since" || continue
		[[ -z $before ]] || ! version_reaches "$before" || continue
		printf '%s\n' "$file"
	done
}

# True if VERSION is $1 or later. A candidate (7.3.0-rc1) counts as what it is a candidate for.
version_reaches() {
	[[ $(printf '%s\n' "$1" "${VERSION%%-*}" | sort -V | head -n 1) == "$1" ]]
}
