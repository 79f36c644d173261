#!/usr/bin/env bats
# report.html of a real run, in a real browser.

bats_require_minimum_version 1.5.0
load browser

FN=6.19-x86_64/two-even/2M,2M,64M
FP=6.19-x86_64/two-even/16M,128M,32M
REJECTED=6.19-x86_64/two-even/8M,8M,8M

setup_file() {
	command -v chromedriver >/dev/null || skip "no chromedriver"
	BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	export ACCEL=tcg
	unset JOBS KERNEL_TREE KERNEL_DIR BACKEND CONNECT
	cat >"$BATS_FILE_TMPDIR/matrix.yaml" <<-'MATRIX'
		description: what a report shows
		kernels: [6.19-x86_64]
		groups:
		  - topologies: [two-even]
		    kho_scratch: ["8M,8M,8M", "2M,2M,64M", "16M,128M,32M", "16M,16M,16M", "64M,256M,64M"]
	MATRIX
	BUILD=$(realpath "$BUILD")
	# As most people run it: the directory of results is named from here.
	(cd "$BATS_FILE_TMPDIR" && "$BUILD/kho-runner" matrix ./matrix.yaml --results=results >said)
	RUN=$(realpath "$BATS_FILE_TMPDIR/results/latest")
	PAGE=file://$RUN/report.html
	export BUILD RUN PAGE
	browser_start "$BATS_FILE_TMPDIR"
}

teardown_file() {
	browser_stop
}

# Whatever a test does, the page has nothing to complain of.
teardown() {
	[ -n "${BROWSER:-}" ] || return 0
	complaints=$(browser_complaints)
	echo "complaints: $complaints"
	[ -z "$complaints" ]
}

# Opens the report with this behind '#'.
open_at() {
	browser_open "$PAGE#$1"
	browser_until 'document.readyState === "complete" && document.getElementById("f-count").textContent'
}

opened_cell() {
	browser_until '!document.getElementById("cell").hidden'
	browser_text 'document.getElementById("cell-title").textContent'
}

@test "what it shows at once: headline, counts, a square for each cell" {
	open_at ''
	[[ $(browser_text 'document.querySelector(".headline").textContent') == "5 cells in "*": 5 as expected; 2 of 2 controls survived." ]]
	[ "$(browser_text '[...document.querySelectorAll(".sq")].map(square => square.textContent).sort().join(" ")')" = "FN FP TN TP lr" ]
	[ "$(browser_text 'document.querySelector("section[data-kernel] tr:nth-child(2)").innerText.replace(/\s+/g, " ")')" = \
		"sparsemem 1 1 1 1 1 50.0% [9.5-90.5] 50.0% [9.5-90.5]" ]
	[ "$(browser_eval 'document.querySelectorAll("figure svg .died").length > 0 && document.querySelectorAll("figure svg .lived").length > 0')" = true ]
}

@test "a chart of the axis: what died, what survived, who warned of what" {
	open_at ''
	browser_eval 'document.querySelector("details.axes") && (document.querySelector("details.axes").open = true)' >/dev/null
	[ "$(browser_eval 'document.querySelectorAll("figure svg").length >= 1')" = true ]
}

@test "nothing is loaded" {
	open_at ''
	[ "$(browser_eval 'performance.getEntriesByType("resource").length')" = 0 ]
	run ! grep -Eo '(src|href)="[^"#d][^"]*"' "$RUN/report.html"
}

@test "a false negative, by a link that was shared" {
	open_at "cell=$FN"
	[ "$(opened_cell)" = "$FN" ]
	said=$(browser_text 'document.getElementById("explanation").textContent')
	[[ $said == "False negative: sparsemem was silent (sufficient), but the successor panicked: "*"memory map backing failed on node 1." ]]
	[[ $(browser_text 'document.getElementById("tables").textContent') == "When it died, in free_area_init, "*" of its 132 MiB of scratch were free, "* ]]
	[[ $(browser_text 'document.getElementById("autopsy").textContent') == *"free_area_init"* ]]
	[[ $(browser_text '[...document.querySelectorAll("#autopsy mark.refused")].map(mark => mark.textContent).join()') == *"memory map backing failed"* ]]
	[[ $(browser_text '[...document.querySelectorAll("#console mark.kexec")].map(mark => mark.textContent).join()') == *"Starting new kernel"* ]]
	[[ $(browser_text 'document.getElementById("commands").textContent') == *"kho-runner reproduce $FN"* ]]
}

@test "a false positive: where the survivor's memory map really lies" {
	open_at "cell=$FP"
	[ "$(opened_cell)" = "$FP" ]
	[[ $(browser_text 'document.getElementById("explanation").textContent') == "False positive: sparsemem warned (node 0 has 32 MiB, needs 64 MiB), but the successor survived: "* ]]
	[[ $(browser_text 'document.getElementById("tables").textContent') == "When memblock handed over to the page allocator, "*" of its 208 MiB of scratch were free, "* ]]
	[[ $(browser_text 'document.getElementById("cell-body").innerText') == *"Where the survivor's memory map really lies"* ]]
}

@test "the memory map is to scale, and can be looked at closer" {
	open_at "cell=$FN"
	opened_cell >/dev/null
	# Node 1 is 4 of 9 GiB, at the right end.
	[ "$(browser_eval '(boxes => Math.abs(boxes[boxes.length - 1].width.baseVal.value / 920 - 4 / 9) < 0.01)(document.querySelectorAll("#map .memory1"))')" = true ]
	for kind in memory0 memory1 scratch loaded reserved; do
		[ "$(browser_eval "document.querySelectorAll('#map .$kind').length > 0")" = true ]
	done
	browser_eval 'document.querySelectorAll("#map .zoom button")[1].click()' >/dev/null
	[ "$(browser_eval 'document.querySelector("#map .scratch").width.baseVal.value > 300')" = true ]
	[ "$(browser_eval 'document.querySelectorAll("#map table tr").length > 10')" = true ]
}

@test "filters: by what is clicked, by what is typed, by the address; and back" {
	open_at ''
	browser_eval 'document.querySelector("#filter input[value=FN]").click()' >/dev/null
	[ "$(browser_text 'document.getElementById("f-count").textContent')" = "1 of 5 cells" ]
	[ "$(browser_text 'location.hash')" = "#verdict=FN" ]
	[ "$(browser_eval 'document.querySelectorAll(".sq:not(.off)").length')" = 1 ]
	[ "$(browser_text '[...document.querySelectorAll("#list .id a")].map(link => link.textContent).join()')" = "$FN" ]
	open_at 'verdict=FP,excluded'
	[ "$(browser_text 'document.getElementById("f-count").textContent')" = "2 of 5 cells" ]
	browser_eval 'document.querySelector("#list .id a").click()' >/dev/null
	[ "$(opened_cell)" = "$REJECTED" ]
	[ "$(browser_text 'location.hash')" = "#cell=$REJECTED&verdict=FP,excluded" ]
	browser_call POST /back '{}' >/dev/null
	browser_until 'document.getElementById("cell").hidden'
	[ "$(browser_text 'location.hash')" = "#verdict=FP,excluded" ]
	open_at 'find=backing%20failed'
	[ "$(browser_text 'document.getElementById("f-count").textContent')" = "2 of 5 cells" ]
	open_at 'kernel=6.19-x86_64&topology=two-even&by=replay&verdict=TN'
	[ "$(browser_text 'document.getElementById("f-count").textContent')" = "2 of 5 cells" ]
	open_at 'topology=none-such'
	[ "$(browser_text 'document.getElementById("f-count").textContent')" = "0 of 5 cells" ]
}

@test "the grid shows the verdicts of another estimator" {
	open_at 'by=replay'
	[ "$(browser_text '[...document.querySelectorAll(".sq")].map(square => square.textContent).sort().join(" ")')" = "TN TN TP TP lr" ]
}

@test "with keys alone" {
	open_at ''
	browser_keys /
	[ "$(browser_text 'document.activeElement.id')" = f-find ]
	browser_eval 'document.querySelector(".sq").focus()' >/dev/null
	browser_keys Right Enter
	[ "$(opened_cell)" = "$FN" ]
	browser_until 'document.activeElement.id === "cell"'
	browser_keys n
	browser_until "document.getElementById('cell-title').textContent === '$FP'"
	browser_keys p
	browser_until "document.getElementById('cell-title').textContent === '$FN'"
	browser_keys Escape
	browser_until 'document.getElementById("cell").hidden'
	[[ $(browser_text 'document.activeElement.getAttribute("aria-label")') == "$FN: FN" ]]
}

@test "whatever can be used has a name" {
	open_at "cell=$FN"
	opened_cell >/dev/null
	tree=$(browser_cdp Accessibility.getFullAXTree '{}')
	nameless=$(jq -r '.nodes[] | select(.ignored | not) | select(.role.value | IN("link", "button", "textbox", "searchbox", "checkbox", "combobox",
		"dialog", "img", "region", "search")) | select((.name.value // "") == "") | "\(.role.value) \(.backendDOMNodeId)"' <<<"$tree")
	echo "nameless: $nameless"
	[ -z "$nameless" ]
	[ "$(jq '[.nodes[] | select(.role.value == "button")] | length > 3' <<<"$tree")" = true ]
	[ "$(browser_eval 'document.documentElement.lang')" = '"en"' ]
}

# Of all elements with a text of their own, the least contrast with what is behind them (WCAG 2's formula).
least_contrast() {
	browser_eval '(() => {
		const channel = value => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
		const parse = colour => (colour.match(/[\d.]+/g) || []).map(Number);
		const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
		const behind = element => {
			for (let at = element; at; at = at.parentElement) {
				const colour = parse(getComputedStyle(at).backgroundColor);
				if (colour.length === 3 || colour[3] === 1) return colour;
			}
			return [255, 255, 255];
		};
		let least = 21, where = "";
		for (const element of document.querySelectorAll("main *, header *, form *, aside *")) {
			if (element.closest("svg") || !element.offsetParent || ![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
			const [one, other] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
			const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
			if (ratio < least) { least = ratio; where = element.outerHTML.slice(0, 80); }
		}
		return [least >= 4.5, least, where];
	})()'
}

@test "it can be read, light and dark" {
	for scheme in light dark; do
		browser_cdp Emulation.setEmulatedMedia "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"$scheme\"}]}" >/dev/null
		open_at "cell=$FN"
		opened_cell >/dev/null
		contrast=$(least_contrast)
		echo "$scheme: $contrast"
		[ "$(jq '.[0]' <<<"$contrast")" = true ]
		colours+=" $(browser_text 'getComputedStyle(document.body).backgroundColor')"
		mkdir -p "$BUILD/pictures"
		browser_picture "$BUILD/pictures/report-cell-$scheme.png"
		open_at ''
		browser_picture "$BUILD/pictures/report-$scheme.png"
	done
	browser_cdp Emulation.setEmulatedMedia '{"features": []}' >/dev/null
	[ "$(xargs -n3 <<<"$colours" | sort -u | wc -l)" = 2 ]
}

@test "what a guest wrote is text, whatever it wrote" {
	other=$BATS_TEST_TMPDIR/run
	cp -r "$RUN" "$other"
	evil='</script><script>window.hit=1</script><img src=x onerror=window.hit=1>'
	jq --arg evil "$evil" '(.cells[] | select(.id | endswith("2M,2M,64M")) | .outcome.reason) = $evil' "$RUN/results.json" >"$other/results.json"
	printf '%s\n' "$evil" >>"$other/cells/$FN/console.log"
	printf '%s\n' "$evil" >>"$other/cells/$FN/autopsy.txt"
	"$BUILD/kho-runner" judge "$other" --html="$other/report.html" >/dev/null
	browser_open "file://$other/report.html#cell=$FN"
	[ "$(opened_cell)" = "$FN" ]
	[[ $(browser_text 'document.getElementById("console").textContent') == *"<script>window.hit=1</script>"* ]]
	[[ $(browser_text 'document.getElementById("explanation").textContent') == *"<img src=x"* ]]
	[ "$(browser_eval 'window.hit === undefined')" = true ]
}

@test "five thousand cells" {
	other=$BATS_TEST_TMPDIR/many
	mkdir "$other"
	jq '.cells as $own | .cells = [range(1000) as $i | $own[] | .topology += "-\($i)" | .id |= sub("two-even"; "two-even-\($i)")] | .controls = []' \
		"$RUN/results.json" >"$other/results.json"
	ln -s "$RUN/traces" "$other/traces"
	"$BUILD/kho-runner" judge "$other" --html="$other/report.html" >/dev/null || [ "$?" -eq 1 ]
	browser_open "file://$other/report.html#verdict=FN"
	browser_until 'document.getElementById("f-count").textContent === "1000 of 5000 cells"'
	[ "$(browser_eval 'document.querySelectorAll(".sq").length')" = 5000 ]
	[ "$(browser_eval 'document.querySelectorAll("#list .id").length')" = 200 ]
	browser_eval 'location.hash = "#cell=6.19-x86_64/two-even-999/2M,2M,64M"' >/dev/null
	[ "$(opened_cell)" = 6.19-x86_64/two-even-999/2M,2M,64M ]
	browser_eval 'JSON.stringify(performance.getEntriesByType("navigation")[0].toJSON())' | jq -r . | jq -c '{loaded: .loadEventEnd, bytes: .decodedBodySize}'
}

@test "a script that is not its own is not obeyed, and complaints are heard" {
	sed 's,</body>,<script>window.hit=1</script></body>,' "$RUN/report.html" >"$BATS_TEST_TMPDIR/changed.html"
	browser_open "file://$BATS_TEST_TMPDIR/changed.html"
	browser_until 'document.readyState === "complete"'
	[ "$(browser_eval 'window.hit === undefined')" = true ]
	[[ $(browser_complaints) == *"Content Security Policy"* ]]
}
