#!/usr/bin/env bats
# Shards: a matrix run in parts on real machines and joined is the matrix run in one piece; and what may not be joined.

load ahead

bats_require_minimum_version 1.5.0

setup_file() {
	setup
	cat >"$BATS_FILE_TMPDIR/small.yaml" <<-'YAML'
		description: two machines
		kernels: [6.19-x86_64]
		groups:
		  - topologies: [one, two-even]
		    kho_scratch: ["16M,16M,16M", "200%"]
	YAML
	ahead whole "$RUNNER" matrix "$BATS_FILE_TMPDIR/small.yaml" --jobs=1 --results="$BATS_FILE_TMPDIR/results.whole"
	ahead one "$RUNNER" matrix "$BATS_FILE_TMPDIR/small.yaml" --jobs=1 --shard=1/2 --results="$BATS_FILE_TMPDIR/results.one"
	ahead two "$RUNNER" matrix "$BATS_FILE_TMPDIR/small.yaml" --jobs=1 --shard=2/2 --results="$BATS_FILE_TMPDIR/results.two"
	wait
	ahead merged "$RUNNER" merge "$BATS_FILE_TMPDIR/results.two" "$BATS_FILE_TMPDIR/results.one/latest" \
		--results="$BATS_FILE_TMPDIR/results.merged"
	wait
}

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	RUNNER=$BUILD/kho-runner
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR
	T=$BATS_TEST_TMPDIR
}

# What may differ from run to run: times, and what first kernels asked of memblock at addresses of the day.
steady() {
	jq -S 'del(.started, .seconds, .shard, .jobs) |
		walk(if type == "object" then with_entries(select(.key | test("seconds$|^trace$|^preserved$") | not)) else . end)' "$1"
}

# The two shards, to be spoiled.
copy_shards() {
	mkdir -p "$T/one" "$T/two"
	for part in one two; do
		cp -r "$BATS_FILE_TMPDIR/results.$part"/latest/{results.json,journal.jsonl,traces} "$T/$part"
	done
}

spoil() {
	jq "$2" "$T/$1/results.json" >"$T/spoiled"
	mv "$T/spoiled" "$T/$1/results.json"
}

refused() {
	run "$RUNNER" merge "${@:2}" --results="$T/merged"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$1"* ]]
	[ ! -e "$T/merged" ]
}

@test "each part has its cells and their controls, and says which part it is" {
	ended one
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == "shard 1/2: 2 of 4 cells"* ]]
	ended two
	[ "$status" -eq 0 ]
	for part in one two; do
		[ "$(jq -r '.controls | length' "$BATS_FILE_TMPDIR/results.$part/latest/results.json")" -eq 2 ]
		[ "$(jq -r '.shard | .count, (.planned | length)' "$BATS_FILE_TMPDIR/results.$part/latest/results.json" | xargs)" = "2 4" ]
	done
}

@test "joined they are the run in one piece: results, summary, evidence, exit status" {
	ended merged
	echo "$output"
	merged=$BATS_FILE_TMPDIR/results.merged/latest
	whole=$BATS_FILE_TMPDIR/results.whole/latest
	[ "$status" -eq 0 ]
	[[ $output == *"4 of 4 controls survived"*"2 shards joined"* ]]
	diff <(steady "$whole/results.json") <(steady "$merged/results.json")
	diff <(cd "$whole" && find . -type f ! -path './traces/*' | sort) <(cd "$merged" && find . -type f ! -path './traces/*' | sort)
	[ "$(jq -r '.cells[].layout.trace // empty' "$merged/results.json" | while read -r name; do ls "$merged/$name"; done | wc -l)" -eq 4 ]
	[ -x "$merged/cells/6.19-x86_64/one/200%/qemu.cmd" ]
	# The report is as good as any other: it can be judged again.
	run "$RUNNER" judge "$merged"
	[ "$status" -eq 0 ]
	[[ $output == *"0 verdicts changed"* ]]
}

@test "an outcome that differs in one shard is the exit status of the whole" {
	copy_shards
	spoil two '.cells[0].expected.standing = "new"'
	run "$RUNNER" merge "$T/one" "$T/two" --results="$T/merged"
	[ "$status" -eq 1 ]
	spoil one '.cells[1] |= (.ended = false | .outcome = null | .predictions = null | .verdict = null | .disagreement = null
		| .expected = null | .layout = null) | .interrupted = true'
	run "$RUNNER" merge "$T/one" "$T/two" --results="$T/merged"
	[ "$status" -eq 3 ]
}

@test "gaps, overlaps and mixed kernels: one line, status 2, nothing written" {
	copy_shards
	refused "shard 2/2 is missing" "$T/one"
	refused "is shard 1/2, and so is" "$T/one" "$T/one"
	refused "is no shard" "$BATS_FILE_TMPDIR/results.whole"
	refused "no results.json" "$T"
	refused "which shards?"
	spoil two '.kernels[0].key = "0123456789"'
	refused "is another build (0123456789) than in" "$T/one" "$T/two"
	cp "$BATS_FILE_TMPDIR/results.two/latest/results.json" "$T/two"
	spoil two 'del(.cells[1])'
	refused "is planned, and in none of the shards" "$T/one" "$T/two"
	rm "$T/two/results.json"
	refused "was killed before its end" "$T/one" "$T/two"
}

@test "a shard's file leads nowhere else" {
	copy_shards
	spoil two '.cells[0].outcome.evidence.directory = "../../one"'
	run "$RUNNER" merge "$T/one" "$T/two" --results="$T/merged"
	[ "$status" -eq 2 ]
	[[ $output == *"its directory is not where a run puts it"* ]]
	cp "$BATS_FILE_TMPDIR/results.two/latest/results.json" "$T/two"
	spoil two '.cells[0].layout.trace = "/etc/passwd"'
	run "$RUNNER" merge "$T/one" "$T/two" --results="$T/merged"
	[ "$status" -eq 2 ]
}

@test "more shards than work: an empty one is a shard, too" {
	for i in 1 2 3 4 5; do
		run "$RUNNER" matrix "$BATS_FILE_TMPDIR/small.yaml" --shard="$i/1000" --controls=no --results="$T/results" --jobs=0
		[[ $output == "shard $i/1000: "[01]" of 4 cells"* ]]
		[ "$status" -eq 0 ]
	done
}

@test "what is no shard: one line, status 2" {
	for part in 0/2 3/2 1 1/ a/b 1/2/3 ""; do
		run "$RUNNER" matrix "$BATS_FILE_TMPDIR/small.yaml" --shard="$part" --results="$T/results"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		[ ! -e "$T/results" ]
	done
}
