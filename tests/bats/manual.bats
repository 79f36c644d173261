#!/usr/bin/env bats
# The manual says what the programs do: no key, option or command that is undocumented, and none documented that is unknown.

bats_require_minimum_version 1.5.0

setup() {
	ROOT=$BATS_TEST_DIRNAME/../..
	BUILD=${BUILD:-$ROOT/build}
	RUNNER=$BUILD/kho-runner
	GENERATOR=$BUILD/kho-topology-gen
	MAN=$BUILD/man
	cd "$BATS_TEST_TMPDIR" || return
}

commands() {
	"$RUNNER" --help | awk '/^Commands:$/ { on = 1; next } !NF { on = 0 } on { print $1 }'
}

options_of() {
	"$@" --help | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p' | sort
}

shown() {
	mandoc -Tutf8 -O width=100 "$MAN/$1" | col -b
}

# Keys that a parser knows where it complains of one that it does not, sorted.
known() {
	sed -n 's/.*(known: \(.*\))$/\1/p' | tr -d ' ' | tr ',' '\n' | sort
}

# Keys of a document's tables: those that are behind this prefix, and have no further one. Several may share a row.
documented() {
	awk -v under="$2" -F'|' '/^\| `/ {
		gsub(/[` ]/, "", $2); count = split($2, keys, ",")
		for (i = 1; i <= count; i++) {
			key = keys[i]; gsub(/\[\]/, "", key)
			if (substr(key, 1, length(under)) == under && substr(key, length(under) + 1) !~ /:/) print substr(key, length(under) + 1)
		}
	}' <(section "$1" "${3:-}") | sort
}

# A document, or one of its sections.
section() {
	awk -v wanted="$2" '/^```/ { fenced = !fenced } !fenced && /^#/ { on = (wanted == "" || $0 ~ "^#+ " wanted "$") } on' "$ROOT/docs/$1"
}

# The YAML that a document has, each example a file of its own.
examples() {
	awk '/^```yaml$/ { on = 1; file = "example-" ++count ".yaml"; next } /^```$/ { on = 0 } on { print >file }' "$ROOT/docs/$1"
}

same() {
	diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

@test "each page is well-formed, and can be found" {
	while IFS= read -r page; do
		name=${page%(*} number=${page#*(}
		file=$MAN/$name.${number%)}
		mandoc -Tlint -W error "$file"
		shown "${file##*/}" | grep -q "^ *$name - "
	done <"$MAN/pages"
	[ "$(wc -l <"$MAN/pages")" = 6 ]
}

@test "each command and each of its options is in its page" {
	page=$(shown kho-runner.1)
	[ "$(commands | wc -l)" -ge 18 ]
	for command in $(commands); do
		part=$(awk -v name="${command^^}" '/^[A-Z]/ { on = ($0 == name) } on' <<<"$page")
		[ -n "$part" ]
		for option in $(options_of "$RUNNER" "$command"); do
			grep -q -- "$option" <<<"$part" || { echo "$command: $option"; return 1; }
		done
	done
	for option in $(options_of "$GENERATOR"); do
		shown kho-topology-gen.1 | grep -q -- "$option" || { echo "$option"; return 1; }
	done
}

# Of each command line in the documents, the options that it has. Words behind a '#' are a comment.
@test "no document names a command or an option that there is not" {
	checked=0
	while IFS= read -r line; do
		program=${line%% *} rest=${line#* } command=
		case $program in
		*kho-runner)
			command=${rest%%[ .\`]*}
			[[ $command =~ ^[a-z][a-z-]*$ ]] || continue
			commands | grep -qx -- "$command" || { echo "no such command: $line"; return 1; }
			;;
		esac
		for option in $(grep -o -- ' --[a-z][a-z-]*' <<<" ${rest%%[#|]*}"); do
			options_of "$BUILD/${program##*/}" $command | grep -qx -- "$option" || { echo "$option: $line"; return 1; }
			checked=$((checked + 1))
		done
	done < <(grep -hoE '(build/)?kho-(runner|topology-gen) [^`;&]*' "$ROOT"/README.md "$ROOT"/docs/*.md "$ROOT"/docs/findings/*.md)
	[ "$checked" -gt 40 ]
}

@test "topology files: each key is documented, and in an example that is read" {
	printf 'surprise: 1\n' >root.yaml
	printf 'nodes: [{surprise: 1}]\n' >node.yaml
	printf 'nodes: [{memory: 1G, cpus: 1, ranges: [{surprise: 1}]}]\n' >range.yaml
	same "$("$GENERATOR" --draw root.yaml 2>&1 | known)" "$(documented topologies.md '' Topologies)"
	same "$("$GENERATOR" --draw node.yaml 2>&1 | known)" "$(documented topologies.md nodes: Topologies)"
	same "$("$GENERATOR" --draw range.yaml 2>&1 | known)" "$(documented topologies.md nodes:ranges: Topologies)"
	examples topologies.md
	for key in $(documented topologies.md '' Topologies) $(documented topologies.md nodes: Topologies) $(documented topologies.md nodes:ranges: Topologies); do
		grep -q "^[ -]*$key:" example-*.yaml
	done
	for example in example-*.yaml; do
		"$GENERATOR" --draw "$example" >/dev/null
	done
}

@test "matrix files: each key is documented, and in an example that is read" {
	printf 'surprise: 1\n' >root.yaml
	printf 'kernels: [6.19-x86_64]\ngroups: [{surprise: 1}]\n' >group.yaml
	same "$("$RUNNER" matrix root.yaml 2>&1 | known)" "$(documented matrices.md '' Matrices)"
	same "$("$RUNNER" matrix group.yaml 2>&1 | known)" "$(documented matrices.md groups: Matrices)"
	examples matrices.md
	for key in $(documented matrices.md '' Matrices) $(documented matrices.md groups: Matrices); do
		grep -q "^[ -]*$key:" example-*.yaml
	done
	# Read to its end, and then refused for what a matrix cannot know.
	cp "$ROOT"/matrices/*.yaml .
	for example in example-*.yaml; do
		run "$RUNNER" matrix "./$example" --kernel=no-such-kernel
		echo "$output"
		[ "$status" -eq 2 ]
		[[ $output == *no-such-kernel* && $output != *example-* ]]
	done
}

@test "data sets and manifests: each key is documented" {
	mkdir data cell
	printf 'surprise: 1\n' | tee data/about.yaml >cell/manifest.yaml
	same "$("$RUNNER" judge data 2>&1 | known)" "$(documented datasets.md '' about.yaml)"
	for key in $("$RUNNER" reproduce cell 2>&1 | known); do
		section results.md '' | tr -d '\n' | grep -o '`manifest.yaml` has these keys.*`sha256`' | grep -q "\`$key\`"
	done
	examples datasets.md
	for key in $(documented datasets.md '' about.yaml); do
		grep -q "^$key:" example-1.yaml
	done
}

# Keys of a definition of the schema.
schema_keys() {
	jq -r --arg name "$1" '.definitions[$name] | .. | .properties? // empty | keys[]' "$ROOT/schema/results-1.json" | sort -u
}

@test "results: what the schema has is documented, and the other way round" {
	words=$(section results.md '' | grep '^|' | grep -o '`[^`]*`' | grep -o '[a-z0-9_-]*' | sort -u)
	for definition in run shard kernel share counts control cell outcome map_node prediction node verdict expected layout geometry range area segment; do
		for key in $(schema_keys "$definition"); do
			grep -qx -- "$key" <<<"$words" || { echo "not documented: $definition: $key"; return 1; }
		done
	done
	all=$(jq -r '.. | .properties? // empty | keys[]' "$ROOT/schema/results-1.json" "$ROOT/schema/autopsy-1.json" | sort -u)
	for part in results.json 'A control' 'A cell' 'A prediction' "A survivor's memory map" 'autopsy.txt and autopsy.json'; do
		for key in $(awk -F'|' '/^\| `/ { print $2 }' <(section results.md "$part") | grep -o '`[^`]*`' | tr -d '`' | sed 's/\[\]//g; s/.*\.//' | grep .); do
			grep -qx -- "$key" <<<"$all" || { echo "no such key: $part: $key"; return 1; }
		done
	done
}

@test "results: the example is a valid cell, and has every key of one" {
	awk '/^```json$/ { on = 1; next } /^```$/ { on = 0 } on' "$ROOT/docs/results.md" >cell.json
	"$BUILD/tests/validate" --strict --definition=cell "$ROOT/schema/results-1.json" cell.json
	keys=$(jq -r '[.. | objects | keys[]] | unique[]' cell.json)
	for definition in cell outcome map_node prediction node verdict expected layout geometry range area segment; do
		for key in $(jq -r --arg name "$definition" '.definitions[$name].properties | keys[]' "$ROOT/schema/results-1.json"); do
			grep -qx -- "$key" <<<"$keys" || { echo "not in the example: $definition: $key"; return 1; }
		done
	done
}

# What completion offers behind a command line, one a line.
completed() {
	PATH=$BUILD:$PATH bash --norc -c '
		. "$1/completion/kho-matrix.bash"
		compopt() { :; }
		COMP_LINE=$2 COMP_POINT=${#2}
		read -ra COMP_WORDS <<<"$2"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		program=${COMP_WORDS[0]}
		if [[ $program == kho-runner ]]; then _kho_runner "$program"; else _kho_topology_gen "$program"; fi
		printf "%s\n" "${COMPREPLY[@]}"
	' - "$ROOT" "$1"
}

@test "a shell completes commands, options, values and names" {
	same "$(completed 'kho-runner ma')" matrix
	same "$(completed 'kho-runner matrix --ac')" --accel=
	same "$(completed 'kho-runner matrix --accel=k')" kvm
	[ "$(completed 'kho-runner matrix sm')" = smoke ]
	[ "$(completed 'kho-runner cell --kernel=6.19-k')" = 6.19-kasan-x86_64 ]
	[ "$(completed 'kho-runner predict two-u')" = two-uneven ]
	[ "$(completed 'kho-topology-gen --strat')" = --strategy= ]
	[ "$(completed 'kho-topology-gen --draw two-u')" = two-uneven ]
	[ "$(completed 'kho-runner show --est')" = --estimator= ]
	[ -z "$(completed 'kho-runner matrix --nothing-like-it')" ]
}

@test "names are listed" {
	[ "$("$RUNNER" list topologies | grep -x two-even)" = two-even ]
	[ "$("$RUNNER" list matrices | grep -x smoke)" = smoke ]
	run "$RUNNER" list nonsense
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "it runs from where it is installed, with its manual" {
	make -s -C "$ROOT" install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	installed=$BATS_TEST_TMPDIR/root/usr
	env -u KHO_MATRIX_DATA "$installed/bin/kho-runner" list matrices | grep -qx smoke
	env -u KHO_MATRIX_DATA "$installed/bin/kho-runner" predict two-even/16M,128M,32M | grep -q 32
	env -u KHO_MATRIX_DATA "$installed/bin/kho-topology-gen" --draw two-even | grep -q 'node 1'
	[ -s "$installed/share/man/man1/kho-runner.1" ]
	[ -s "$installed/share/man/man5/kho-results.5" ]
	[ -s "$installed/share/kho-matrix/schema/results-1.json" ]
	[ -e "$installed/share/bash-completion/completions/kho-topology-gen" ]
}
