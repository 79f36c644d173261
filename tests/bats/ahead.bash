# For files with many tests that each boot a machine and look at how it ended. setup_file boots these machines beforehand, as
# many at once as the host has CPUs: an emulated one keeps no more than one of them busy.

# What is set here is for the tests.
# shellcheck disable=SC2034

# ahead NAME COMMAND...: in the background, as soon as there is room. What it says is kept in $BATS_FILE_TMPDIR.
ahead() {
	while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
		sleep 0.1
	done
	ahead_one "$@" 3>&- &
}

# setup_file has no time limit of its own.
ahead_one() {
	local file=$BATS_FILE_TMPDIR/$1 status=0
	timeout 300 "${@:2}" >"$file.output" 2>&1 </dev/null || status=$?
	echo "$status" >"$file.status"
}

# ended NAME: sets status and output, as run does.
ended() {
	status=$(<"$BATS_FILE_TMPDIR/$1.status")
	output=$(<"$BATS_FILE_TMPDIR/$1.output")
}

# --- cells ---

# What a cell is called here that is run with the words "$@".
cell_name() {
	local words=$*

	echo "cell${words//[^a-z]/_}"
}

# Runs cell $CELL once for each "ended_cell WORDS..." in the tests, with these words.
ahead_cells() {
	local words name
	while read -r words; do
		name=$(cell_name "$words")
		# shellcheck disable=SC2086
		ahead "$name" "$RUNNER" cell "$CELL" --results="$BATS_FILE_TMPDIR/$name" $words
	done < <(sed -n 's/^\tended_cell *//p' "$BATS_TEST_FILENAME")
	wait
}

# The cell that was run with these words: its status and output, and RESULTS.
ended_cell() {
	RESULTS=$BATS_FILE_TMPDIR/$(cell_name "$*")
	ended "$(cell_name "$*")"
}
