#!/usr/bin/env bats
# build/kho-topology-gen: good and bad usage, exit statuses, and files that it can read back.

bats_require_minimum_version 1.5.0

setup() {
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	GEN="$BUILD/kho-topology-gen"
	T=$BATS_TEST_TMPDIR
	export LC_ALL=C
}

# Bad usage: exit status 2, nothing on standard output, this one line on standard error.
refuses() {
	local message=$1
	shift
	run -2 --separate-stderr "$GEN" "$@"
	[ -z "$output" ]
	[ "$stderr" = "kho-topology-gen: $message" ]
}

@test "--help shows examples and exit statuses" {
	run -0 --separate-stderr "$GEN" --help
	[ -z "$stderr" ]
	[[ $output == *"kho-topology-gen --strategy=random --seed=42 --count=20 --output=topologies"* ]]
	[[ $output == *"Exit status: 0 written or drawn; 2 bad usage, nothing was written; 3 writing failed."* ]]
}

@test "a single topology goes to standard output" {
	run -0 --separate-stderr "$GEN" --strategy=grid --nodes=2 --sizes=4G
	[ -z "$stderr" ]
	[ "$output" = "# grid-2x4G, made by: kho-topology-gen --strategy=grid --nodes=2 --sizes=4G --cpus=each
description: 2 nodes of 4G
nodes:
  - memory: 4G
    cpus: 1
  - memory: 4G
    cpus: 1" ]
}

@test "a grid becomes a file for each combination" {
	run -0 "$GEN" --strategy=grid --nodes=1,2 --sizes=1G,4G --cpus=each,first --uneven --output="$T/out/deep"
	[ "${#lines[@]}" = 10 ]
	[ "${lines[0]}" = "$T/out/deep/grid-1x1G.yaml" ]
	[ "$(cd "$T/out/deep" && echo *)" = "grid-1x1G.yaml grid-1x4G.yaml grid-2x1G-cpu0.yaml \
grid-2x1G-uneven-cpu0.yaml grid-2x1G-uneven.yaml grid-2x1G.yaml grid-2x4G-cpu0.yaml grid-2x4G-uneven-cpu0.yaml \
grid-2x4G-uneven.yaml grid-2x4G.yaml" ]
}

@test "the same seed gives the same bytes, another seed others" {
	"$GEN" --strategy=random --seed=42 --count=20 --output="$T/a"
	LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$GEN" --count=20 --seed=42 --strategy=random --output "$T/b/"
	"$GEN" --strategy=random --seed=43 --count=20 --output="$T/c"
	diff -r "$T/a" "$T/b"
	[ "$(find "$T/a" -name 'random-42-*.yaml' | wc -l)" = 20 ]
	run -1 cmp "$T/a/random-42-001.yaml" "$T/c/random-43-001.yaml"
}

@test "the comment in a file makes that file again" {
	"$GEN" --strategy=random --seed=9 --count=3 --max-nodes=5 --max-memory=8G --output="$T/a"
	read -r -a arguments < <(sed -n 's/^# .*, made by: kho-topology-gen //p' "$T/a/random-9-002.yaml")
	"$GEN" "${arguments[@]}" --output="$T/b"
	diff -r "$T/a" "$T/b"
}

@test "several topologies need a directory" {
	refuses "these are 6 topologies: --output=DIR is needed" --strategy=grid
	refuses "these are 2 topologies: --output=DIR is needed" --strategy=random --count=2
}

@test "files are overwritten with --force only, and all or none" {
	mkdir "$T/out"
	echo mine >"$T/out/random-1-002.yaml"
	refuses "$T/out/random-1-002.yaml: exists; --force overwrites" --strategy=random --count=3 --output="$T/out"
	[ "$(cd "$T/out" && echo *)" = random-1-002.yaml ]
	[ "$(cat "$T/out/random-1-002.yaml")" = mine ]
	run -0 "$GEN" --strategy=random --count=3 --output="$T/out" --force
	[ "$(cd "$T/out" && echo *)" = "random-1-001.yaml random-1-002.yaml random-1-003.yaml" ]
	grep -q '^nodes:' "$T/out/random-1-002.yaml"
}

@test "bad usage is one line and exit status 2" {
	refuses "--strategy= is needed: one of grid, pairwise, random, edge and real"
	refuses "--strategy: 'best' is none of grid, pairwise, random, edge and real" --strategy=best
	refuses "--sizes: '4Q' is not a size" --strategy=grid --sizes=4Q
	refuses "--nodes: '-1' is not a whole number" --strategy=grid --nodes=-1
	refuses "--seed is for --strategy=random" --strategy=grid --seed=1
	refuses "--count: '0' is not from 1 to 10000" --strategy=random --count=0
	refuses "grid-64x2T.yaml:3: nodes: more memory than fits below 64T with a hole of 1G" \
		--strategy=grid --nodes=64 --sizes=2T
	refuses "'topologies' is not an option" --strategy=grid topologies
	refuses "Unknown option --stratgy=grid" --stratgy=grid
	refuses "Missing argument for --nodes" --strategy=grid --nodes
}

@test "a file where the directory should be is bad usage" {
	touch "$T/file"
	refuses "$T/file: is not a directory" --strategy=random --output="$T/file"
}

@test "a directory that cannot be made is the host's failure" {
	touch "$T/file"
	run -3 --separate-stderr "$GEN" --strategy=random --output="$T/file/deeper"
	[[ $stderr == "kho-topology-gen: $T/file/deeper: "* ]]
}

@test "a full disk is the host's failure" {
	[ -w /dev/full ] || skip "no /dev/full"
	fill() {
		"$GEN" --strategy=random >/dev/full
	}
	run -3 --separate-stderr fill
	[ "$stderr" = "kho-topology-gen: standard output: No space left on device" ]
}

@test "every strategy: files that are read and drawn, the same bytes each time" {
	for strategy in pairwise edge "real --scale=128" "random --placed --seed=3 --count=5"; do
		rm -rf "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
		# shellcheck disable=SC2086
		"$GEN" --strategy=$strategy --output="$BATS_TEST_TMPDIR/a"
		# shellcheck disable=SC2086
		"$GEN" --strategy=$strategy --output="$BATS_TEST_TMPDIR/b"
		diff -r "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
		run "$GEN" --draw "$BATS_TEST_TMPDIR"/a/*.yaml
		[ "$status" -eq 0 ]
		for file in "$BATS_TEST_TMPDIR"/a/*.yaml; do
			[[ $(head -1 "$file") == *"made by: kho-topology-gen --strategy=${strategy%% *}"* ]]
		done
	done
}

@test "real: a file says by how much it was scaled down, and a CPU stands for all of a node" {
	"$GEN" --strategy=real --scale=128 --output="$T/real"
	for file in "$T"/real/*.yaml; do
		[[ $(head -1 "$file") == "# $(basename "$file" .yaml), made by: kho-topology-gen --strategy=real --scale=128" ]]
		grep -q '^description: .*, 1/128 of the memory' "$file"
		run ! grep 'cpus: [^1]' "$file"
	done
	run -0 "$GEN" --draw "$T/real/real-xeon-max.yaml"
	[[ ${lines[0]} == "real-xeon-max: two Xeons, their fast memory as nodes, 1/128 of the memory" ]]
}

@test "--draw: files and names, with scratch and without" {
	topologies=$BATS_TEST_DIRNAME/../../topologies
	run -0 --separate-stderr "$GEN" --draw "$topologies/two-even.yaml" --draw interleaved memoryless
	[ -z "$stderr" ]
	[[ $output == "two-even: two nodes of 4 GiB"$'\n'*"interleaved: two nodes"*"memoryless: three nodes"* ]]
	diff <("$GEN" --draw two-even | tail -n +2) "$BATS_TEST_DIRNAME/../golden/drawing-two-even.txt"

	run -0 --separate-stderr "$GEN" --draw two-even --kho-scratch=16M,128M,32M
	[ "${lines[1]}" = "kho_scratch=16M,128M,32M on paper: scaled from a boot of two-even" ]
	diff <(printf '%s\n' "${lines[@]:2}") <(grep . "$BATS_TEST_DIRNAME/../golden/drawing-two-even-scratch.txt")
}

@test "--draw: scratch that cannot be set aside, or loaded into" {
	run -0 --separate-stderr "$GEN" --draw two-even --kho-scratch=16M,1024G,32M
	[[ ${lines[-1]} == "kho-disabled: KHO turns itself off: no 1T in one piece"* ]]
	run -0 --separate-stderr "$GEN" --draw two-even --kho-scratch=4M,4M,4M
	[[ ${lines[-1]} == "load-rejected: kexec_file_load is rejected: "* ]]
}

@test "--draw: what cannot be drawn" {
	refuses "/nonexistent.yaml: No such file or directory" --draw /nonexistent.yaml
	refuses "/nonexistent.yaml: No such file or directory" --draw two-even /nonexistent.yaml --kho-scratch=16M,16M,16M
	refuses "kho_scratch='12Q': expected N% or lowmem,global,pernode" --draw one --kho-scratch=12Q
	refuses "--kho-scratch goes with --draw" --strategy=grid --kho-scratch=16M,16M,16M
	for more in --strategy=grid --nodes=2 --placed --output="$T" --force; do
		refuses "--draw makes no topologies: only --kho-scratch goes with it" --draw one "$more"
	done
	printf 'nodes:\n- memory: 4Q\n' >"$T/bad.yaml"
	refuses "$T/bad.yaml:2: node 0: memory: '4Q' is not a size" --draw one "$T/bad.yaml"
	[ -w /dev/full ] || skip "no /dev/full"
	fill() {
		"$GEN" --draw two-even >/dev/full
	}
	run -3 --separate-stderr fill
	[ "$stderr" = "kho-topology-gen: standard output: No space left on device" ]
}

# What a terminal sees.
on_terminal() {
	script -qec "$*" /dev/null </dev/null | tr -d '\r'
}

@test "--draw: lines and colours on a terminal only, in its width" {
	command -v script >/dev/null || skip "no script(1)"
	draw="$GEN --draw two-even --kho-scratch=16M,128M,32M"
	plain=$($draw)
	[[ $plain != *[│$'\033']* ]]
	[ "$(LC_ALL=C.UTF-8 $draw)" = "$plain" ]
	[ "$(on_terminal COLUMNS=80 TERM=dumb LC_ALL=C "$draw")" = "$plain" ]
	[ "$(on_terminal COLUMNS=80 NO_COLOR=1 TERM=xterm LC_ALL=C "$draw")" = "$plain" ]
	[[ $(on_terminal TERM=xterm LC_ALL=C "$draw") == *$'|\033[32m scratch: lowmem'* ]]
	drawn=$(on_terminal COLUMNS=80 NO_COLOR=1 TERM=xterm LC_ALL=C.UTF-8 "$draw")
	[[ $drawn == *│*"scratch: lowmem"*│* && $drawn != *$'\033'* ]]
	[[ $(COLUMNS=132 $draw) == *"scratch-list 4K, purgatory 20K, boot-params 8K, kernel 12.0M, initrd 1468K, 2516K free"* ]]
	[ "$(COLUMNS=wide $draw)" = "$plain" ]
}

@test "--draw: a machine of 1024 nodes is not drawn row by row" {
	{
		echo "nodes:"
		yes -- "- {memory: 4G, cpus: 1}" | head -n 1024
	} >"$T/many.yaml"
	run -0 --separate-stderr "$GEN" --draw "$T/many.yaml" --kho-scratch=16M,512M,64M
	[ "${#lines[@]}" -lt 80 ]
	[[ $output == *": the same 1018 times more   :  nodes 3-1020"* ]]
	[[ $output == *$'\n'"   1-1022       4G "* ]]
}
