#!/usr/bin/env bats
# The workflow files for hosted CI: that they call what there is, with options that there are, and that what they do with
# shards between jobs leaves them whole.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	RUNNER=${BUILD:-build}/kho-runner
	FILES=(.github/workflows/matrix.yml .gitlab-ci.yml)
	T=$BATS_TEST_TMPDIR
}

@test "each program and option that they name exists" {
	count=0
	while read -r command options; do
		help=$("$RUNNER" "$command" --help)
		for option in $(grep -o -- '--[a-z-]*' <<<"$options"); do
			grep -qw -- "$option" <<<"$help" || {
				echo "kho-runner $command has no $option"
				return 1
			}
			count=$((count + 1))
		done
	done < <(grep -ho 'build/kho-runner [a-z]* .*' "${FILES[@]}" | sed 's|build/kho-runner ||')
	[ "$count" -ge 6 ]
	for program in $(grep -ho '\bci/[a-z]*' "${FILES[@]}" | sort -u); do
		[ -x "$program" ]
	done
	for target in $(grep -ho 'make [a-z]*' "${FILES[@]}" | sed 's/make //' | sort -u); do
		grep -q "^$target:" Makefile
	done
}

@test "as many shards as are asked for" {
	shards=$(sed -n 's/^  SHARDS: //p' .github/workflows/matrix.yml)
	[ "$(grep -o 'shard: \[.*\]' .github/workflows/matrix.yml | grep -o '[0-9]*' | wc -l)" -eq "$shards" ]
	[ "$(grep -c CI_NODE_INDEX/.CI_NODE_TOTAL .gitlab-ci.yml)" -eq 1 ]
}

# Names of evidence have characters that artifacts may not have: shards travel packed.
@test "a shard that was packed and unpacked is still a shard" {
	export ACCEL=tcg
	cat >"$T/one.yaml" <<-'YAML'
		description: one cell
		kernels: [6.19-x86_64]
		groups:
		  - topologies: [one]
		    kho_scratch: ["16M,16M,64M"]
	YAML
	for i in 1 2; do
		"$RUNNER" matrix "$T/one.yaml" --shard="$i/2" --controls=no --results="$T/results"
		tar -cf "$T/shard-$i.tar" -C "$(realpath "$T/results/latest")" .
		mkdir "$T/shard-$i"
		tar -xf "$T/shard-$i.tar" -C "$T/shard-$i"
	done
	run "$RUNNER" merge "$T"/shard-?*/ --results="$T/merged"
	[ "$status" -eq 0 ]
	[[ $output == *"1 cells in "*": 1 as expected"*"2 shards joined"* ]]
	[ -s "$T/merged/latest/junit.xml" ]
	[ -s "$T/merged/latest/cells/6.19-x86_64/one/16M,16M,64M/console.log" ]
}
