// SPDX-License-Identifier: GPL-2.0-only
// What a report can do beyond being read: filters that are part of its address, and all that is known of a cell.
"use strict";

const LIST_MOST = 200; // rows; more at the reader's wish
const MIB = 1048576;
const byId = id => document.getElementById(id);
const index = JSON.parse(byId("index").textContent);
const cells = index.cells;
const ALL_VERDICTS = ["TP", "FP", "FN", "TN", "excluded", "new"];

// --- making elements: text is never taken for markup ---

function element(name, attributes, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== null && value !== undefined)
			made.setAttribute(key, value);
	made.append(...children.filter(child => child !== null && child !== undefined));
	return made;
}

function drawn(name, attributes, text) {
	const made = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const [key, value] of Object.entries(attributes || {}))
		made.setAttribute(key, value);
	if (text !== undefined)
		made.textContent = text;
	return made;
}

function row(heading, ...fields) {
	return element("tr", {}, ...fields.map(field =>
		field instanceof Node && (field.localName === "td" || field.localName === "th") ? field :
			element(heading ? "th" : "td", {}, field ?? "")));
}

function table(headings, rows) {
	return element("div", { class: "wide" }, element("table", {}, row(true, ...headings), ...rows));
}

// --- numbers: those above 2^53 come as text ---

function size(bytes) {
	const number = Number(bytes);
	for (const [unit, name] of [[MIB * 1024, "GiB"], [MIB, "MiB"], [1024, "KiB"]])
		if (number >= unit)
			return `${Math.floor(number / unit * 10) / 10} ${name}`;
	return `${number} bytes`;
}

const hex = address => "0x" + BigInt(address).toString(16).padStart(10, "0");

// --- the state: what the address says ---

function readState() {
	const words = new URLSearchParams(location.hash.slice(1));
	const by = index.estimators.indexOf(words.get("by"));
	return {
		cell: words.get("cell") || "", find: words.get("find") || "", kernel: words.get("kernel") || "",
		topology: words.get("topology") || "", by: Math.max(by, 0),
		verdicts: (words.get("verdict") || "").split(",").filter(word => ALL_VERDICTS.includes(word)),
	};
}

function addressOf(state) {
	const words = [];
	const put = (key, value) => { if (value) words.push(`${key}=${encodeURIComponent(value).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")}`); };
	put("cell", state.cell);
	put("verdict", state.verdicts.join(","));
	put("kernel", state.kernel);
	put("topology", state.topology);
	put("find", state.find);
	put("by", state.by ? index.estimators[state.by] : "");
	return "#" + words.join("&");
}

let state = readState();

function go(changes, replace) {
	const address = addressOf({ ...state, ...changes });
	if (replace)
		history.replaceState(null, "", address);
	else
		history.pushState(null, "", address);
	update();
}

// --- filtering ---

const isControl = cell => cell.verdicts.length === 0;

function verdictOf(cell, by) {
	const text = cell.verdicts[by];
	return ["TP", "FP", "FN", "TN"].includes(text) ? text : "excluded";
}

function matches(cell, wanted) {
	if (isControl(cell))
		return false;
	if (wanted.kernel && cell.kernel !== wanted.kernel || wanted.topology && cell.topology !== wanted.topology)
		return false;
	if (wanted.verdicts.length && !wanted.verdicts.includes(verdictOf(cell, wanted.by)) &&
	    !(cell.new && wanted.verdicts.includes("new")))
		return false;
	const words = wanted.find.toLowerCase().split(/\s+/).filter(Boolean);
	const text = [cell.id, cell.outcome, cell.reason, cell.remark, ...cell.verdicts].join(" ").toLowerCase();
	return words.every(word => text.includes(word));
}

// As in the grid: a verdict, or the first letters of why there is none.
function short(text) {
	return /^[A-Z]{2}$/.test(text) ? text : text.split(/[- ]/).map(word => word[0]).join("");
}

function paintSquares(found) {
	cells.forEach((cell, i) => {
		const square = byId(`s${i}`);
		if (!square)
			return;
		square.className = `sq ${cell.classes[state.by]}${cell.new ? " new" : ""}${found.has(i) ? "" : " off"}`;
		const label = short(cell.verdicts[state.by]) + (square.dataset.label || "");
		if (square.textContent !== label)
			square.textContent = label;
		if (cell.id === state.cell)
			square.setAttribute("aria-current", "true");
		else
			square.removeAttribute("aria-current");
	});
	for (const line of document.querySelectorAll(".grid tbody tr"))
		line.hidden = !line.querySelector(".sq:not(.off)");
	for (const section of document.querySelectorAll("section[data-kernel]"))
		section.hidden = state.kernel !== "" && section.dataset.kernel !== state.kernel;
}

function listRow(i) {
	const cell = cells[i];
	const link = element("a", { href: addressOf({ ...state, cell: cell.id }) }, cell.id);
	return row(false, element("td", { class: "id" }, link),
		element("td", { class: cell.classes[state.by] }, cell.verdicts[state.by]), cell.outcome,
		[cell.reason, cell.remark && `but ${cell.remark}`].filter(Boolean).join("; "), cell.standing);
}

function listCells(found, most) {
	const list = byId("list"), shown = [...found].slice(0, most);
	list.replaceChildren(table(["cell", index.estimators[state.by], "outcome", "reason", "standing"], shown.map(listRow)));
	if (found.size > shown.length) {
		const more = element("button", { type: "button" }, `show all ${found.size}`);
		more.addEventListener("click", () => listCells(found, found.size));
		list.append(more);
	}
}

function fillFilter() {
	const choose = (id, values) => values.forEach(value => byId(id).append(element("option", { value }, value)));
	const own = cells.filter(cell => !isControl(cell));
	choose("f-kernel", [...new Set(own.map(cell => cell.kernel))]);
	choose("f-topology", [...new Set(own.map(cell => cell.topology))].sort());
	index.estimators.forEach((name, i) => byId("f-by").append(element("option", { value: i }, name)));
	byId("filter").hidden = false;
	byId("matches").hidden = false;
}

function showFilter(found) {
	const count = cells.filter(cell => !isControl(cell)).length;
	byId("f-find").value = state.find;
	byId("f-kernel").value = state.kernel;
	byId("f-topology").value = state.topology;
	byId("f-by").value = state.by;
	for (const box of document.querySelectorAll("#filter input[type=checkbox]"))
		box.checked = state.verdicts.includes(box.value);
	byId("f-count").textContent = `${found.size} of ${count} cells`;
}

function readFilter() {
	return {
		find: byId("f-find").value, kernel: byId("f-kernel").value, topology: byId("f-topology").value,
		by: Number(byId("f-by").value),
		verdicts: [...document.querySelectorAll("#filter input[type=checkbox]:checked")].map(box => box.value),
	};
}

// --- a cell's memory, to scale ---

const MAP = { width: 1000, label: 80, row: 26, gap: 6 };

function mapRow(svg, map, kind, y, from, to) {
	const scale = (MAP.width - MAP.label) / (to - from);
	const place = address => MAP.label + (Math.min(Math.max(Number(address), from), to) - from) * scale;
	svg.append(drawn("text", { x: 0, y: y + MAP.row * 0.68 }, kind.name),
		drawn("rect", { class: "hole", x: MAP.label, y, width: MAP.width - MAP.label, height: MAP.row }));
	for (const [start, end, node, name] of kind.pieces) {
		if (Number(end) <= from || Number(start) >= to)
			continue;
		const x = place(start), width = Math.max(place(end) - x, 1.5);
		const box = drawn("rect", { class: kind.name === "memory" ? `memory${((node % 4) + 4) % 4}` : kind.name, x, y, width, height: MAP.row });
		box.append(drawn("title", {}, `${name}: ${hex(start)}-${hex(end)}, ${size(Number(end) - Number(start))}`));
		svg.append(box);
		if (width > name.length * 7)
			svg.append(drawn("text", { x: x + 3, y: y + MAP.row * 0.68 }, name));
	}
}

function mapAxis(svg, y, from, to) {
	// Round addresses: a power of two apart, and not more of them than fit.
	let apart = 4096;
	while ((to - from) / apart > 9)
		apart *= 2;
	for (let address = Math.ceil(from / apart) * apart; address <= to; address += apart) {
		const x = MAP.label + (MAP.width - MAP.label) * (address - from) / (to - from);
		svg.append(drawn("line", { class: "axis", x1: x, x2: x, y1: y, y2: y + 4 }),
			drawn("text", { class: "dim", x, y: y + 17, "text-anchor": x > MAP.width - 30 ? "end" : "middle" },
				to - from >= apart * 2 && apart >= MIB * 1024 ? `${address / MIB / 1024} GiB` : hex(address)));
	}
}

function drawMap(map, from, to) {
	const rows = map.rows.filter(kind => kind.pieces.length);
	const height = rows.length * (MAP.row + MAP.gap) + 24;
	const svg = drawn("svg", { class: "map", viewBox: `0 0 ${MAP.width} ${height}`, role: "img",
		"aria-label": `Physical memory from ${size(from)} to ${size(to)}: ${rows.map(kind => kind.name).join(", ")}; the table below has every piece` });
	rows.forEach((kind, i) => mapRow(svg, map, kind, i * (MAP.row + MAP.gap), from, to));
	mapAxis(svg, rows.length * (MAP.row + MAP.gap), from, to);
	return svg;
}

// The whole machine, and each scratch area with as much again around it: they are small.
function mapViews(map) {
	const end = Number(map.end), views = [["whole machine", 0, end]];
	for (const [start, stop, , name] of map.rows.find(kind => kind.name === "scratch").pieces) {
		const margin = (Number(stop) - Number(start)) / 2;
		views.push([name, Math.max(Number(start) - margin, 0), Math.min(Number(stop) + margin, end)]);
	}
	return views;
}

function mapFigure(map) {
	if (!Number(map.end))
		return element("p", { class: "note" }, "Its first kernel did not get as far as telling what memory it has.");
	const figure = element("figure", { id: "map" }), buttons = element("div", { class: "zoom" });
	const show = (button, from, to) => {
		for (const other of buttons.children)
			other.setAttribute("aria-pressed", other === button);
		figure.querySelector("svg")?.remove();
		buttons.after(drawMap(map, from, to));
	};
	figure.append(buttons);
	for (const [name, from, to] of mapViews(map)) {
		const button = element("button", { type: "button", "aria-pressed": "false" }, name);
		button.addEventListener("click", () => show(button, from, to));
		buttons.append(button);
	}
	show(buttons.firstChild, 0, Number(map.end));
	const pieces = map.rows.flatMap(kind => kind.pieces.map(([start, end, , name]) =>
		row(false, kind.name, element("td", { class: "id" }, `${hex(start)}-${hex(end)}`),
			element("td", { class: "n" }, size(Number(end) - Number(start))), name)));
	figure.append(element("details", {}, element("summary", {}, "the same as a table"), table(["", "addresses", "size", ""], pieces)));
	return figure;
}

// --- a cell ---

async function unpack(i) {
	const packed = Uint8Array.from(atob(byId(`data-${i}`).textContent), character => character.charCodeAt(0));
	const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
	return JSON.parse(await new Response(stream).text());
}

function facts(pairs) {
	const list = element("dl");
	for (const [name, value] of pairs)
		if (value !== null && value !== undefined && value !== "")
			list.append(element("dt", {}, name), element("dd", {}, String(value)));
	return list;
}

function cellFacts(cell, all) {
	const record = all.record, outcome = record.outcome || {}, layout = record.layout || {}, expected = record.expected;
	return facts([
		["outcome", outcome.name], ["stage", outcome.stage], ["reason", outcome.reason], ["detail", outcome.detail],
		["remark", outcome.remark],
		["expected", expected && expected.outcome ? `${expected.outcome}, ${expected.answer}, ${expected.verdict}; this is ${expected.standing}` : expected?.standing],
		["seen", record.seen && Object.entries(record.seen).map(([name, count]) => `${name} ${count}`).join(", ")],
		["controls", record.controls && Object.entries(record.controls).map(([name, seen]) => `${name}: ${seen ?? "not run"}`).join(", ")],
		["kernels", layout.releases && [layout.releases.first, layout.releases.successor].filter(Boolean).join(", handing over to ")],
		["payload", record.payload], ["took", outcome.seconds && `${outcome.seconds.toFixed(1)} s`],
		["the kernel's messages", layout.warnings?.join(" | ")], ["not known", layout.missing?.join(" | ")],
	]);
}

function predictionsTable(cell, all) {
	if (isControl(cell) || !all.record.ended)
		return null;
	const rows = index.estimators.map((name, i) => row(false, element("th", {}, name),
		element("td", { class: cell.classes[i] }, cell.verdicts[i]), all.predictions[i],
		Object.entries(all.record.predictions[name]).filter(([, said]) => said.answer !== "absent").map(([place, said]) => `${place}: ${said.answer}`).join(", ")));
	return element("section", {}, element("h3", {}, "What estimators said"), table(["estimator", "verdict", "prediction", "who says so"], rows));
}

function nodesTable(all) {
	const nodes = all.record.predictions?.sparsemem?.host?.nodes;
	if (!nodes)
		return null;
	const rows = nodes.map(node => row(false, `node ${node.node}`, element("td", { class: "n" }, size(node.usable_bytes)),
		element("td", { class: "n" }, size(node.required_bytes)), node.insufficient ? "too little" : "enough"));
	return element("section", {}, element("h3", {}, "sparsemem, node by node"), table(["", "largest free piece of its scratch", "its memory map needs", ""], rows));
}

function survivorTable(all) {
	const nodes = all.record.outcome?.memory_map;
	if (!nodes || !nodes.length)
		return null;
	const number = bytes => element("td", { class: "n" }, size(bytes));
	const rows = nodes.map(node => row(false, `node ${node.node}`, number(node.map_bytes), number(node.fallen_bytes), number(node.page_bytes), number(node.foreign_bytes), number(node.lost_bytes)));
	return element("section", {}, element("h3", {}, "Where the survivor's memory map really lies"),
		table(["", "memory map", "not in one piece", "in 4 KiB pages", "on other nodes", "memory without a map"], rows));
}

function tablesNote(all) {
	const tables = all.tables, survived = all.record.outcome?.name === "survived";
	if (!tables || tables.scratch_bytes === null || tables.scratch_bytes === undefined)
		return null;
	const when = survived ? "When memblock handed over to the page allocator" : `When it died, in ${tables.progress ?? "an unknown step"}`;
	return element("p", { id: "tables" }, `${when}, ${size(tables.scratch_free_bytes)} of its ${size(tables.scratch_bytes)} of scratch were free, ${size(tables.scratch_largest_bytes)} in one piece.`);
}

function markedText(id, text, marks) {
	const kinds = new Map(marks), pre = element("pre", { id, tabindex: "0", role: "region", "aria-label": id });
	let plain = [];
	text.split("\n").forEach((line, number) => {
		if (!kinds.has(number)) {
			plain.push(line);
			return;
		}
		if (plain.length)
			pre.append(plain.join("\n") + "\n");
		plain = [];
		pre.append(element("mark", { class: kinds.get(number) }, line));
	});
	pre.append(plain.join("\n"));
	return pre;
}

function jumper(pre) {
	const marks = [...pre.querySelectorAll("mark")];
	if (!marks.length)
		return null;
	let at = -1;
	const button = element("button", { type: "button" }, `next of ${marks.length} decisive lines`);
	button.addEventListener("click", () => {
		at = (at + 1) % marks.length;
		pre.scrollTop = marks[at].offsetTop - pre.offsetTop - 60;
	});
	return button;
}

function textSection(title, id, text, marks, href, all) {
	const link = href ? element("a", { href: href.split("/").map(encodeURIComponent).join("/") }, href.split("/").pop()) : null;
	const section = element("section", {}, element("h3", {}, title));
	if (text === null || text === undefined) {
		if (!link)
			return null;
		section.append(element("p", { class: "note" }, all.left_out ? "Left out of this page, which would be too large; the file has it: " : "Not in this page: ", link));
		return section;
	}
	const pre = markedText(id, text, marks);
	section.append(element("p", { class: "zoom" }, jumper(pre), link), pre);
	return section;
}

function quoted(word) {
	return /^[\w./,:%+=-]+$/.test(word) ? word : `'${word}'`;
}

function commands(cell, all) {
	const directory = all.record.outcome?.evidence?.directory, lines = [];
	if (!isControl(cell))
		lines.push(`kho-runner cell ${quoted(cell.id)}`);
	if (directory && all.autopsy)
		lines.push(`kho-runner reproduce ${quoted(cell.id)}`, `kho-runner gdb ${quoted(cell.id)}`);
	if (!isControl(cell))
		lines.push(`kho-runner show ${quoted(cell.id)}`);
	return element("section", {}, element("h3", {}, "Again"), element("pre", { id: "commands", tabindex: "0", role: "region", "aria-label": "commands" }, lines.join("\n")));
}

function cellBody(cell, all) {
	const by = isControl(cell) ? 0 : state.by, evidence = all.record.outcome?.evidence || {};
	const name = isControl(cell) ? (cell.outcome === "survived" ? "tn" : "fn") : cell.classes[by];
	return [
		element("p", { class: `headline ${name}`, id: "explanation" }, all.explanations[by]),
		cellFacts(cell, all), predictionsTable(cell, all),
		element("section", {}, element("h3", {}, "Physical memory, to scale"), mapFigure(all.map), tablesNote(all)),
		nodesTable(all), survivorTable(all),
		textSection("Autopsy", "autopsy", all.autopsy, all.autopsy_marks, evidence.autopsy, all),
		textSection("Console", "console", all.console, all.console_marks, evidence.console, all),
		commands(cell, all),
	].filter(Boolean);
}

async function showCell() {
	const panel = byId("cell"), i = cells.findIndex(cell => cell.id === state.cell);
	if (i < 0) {
		panel.hidden = true;
		panel.dataset.shown = "";
		return;
	}
	const key = `${i} ${state.by}`;
	if (panel.dataset.shown === key)
		return;
	panel.dataset.shown = key;
	const all = await unpack(i);
	if (panel.dataset.shown !== key)
		return;
	byId("cell-title").textContent = cells[i].id;
	byId("cell-body").replaceChildren(...cellBody(cells[i], all));
	panel.hidden = false;
	panel.scrollTop = 0;
	panel.focus();
}

function closeCell() {
	const i = cells.findIndex(cell => cell.id === state.cell);
	go({ cell: "" });
	byId(`s${i}`)?.focus();
}

// The next, or the one before, of those that the filter leaves.
function step(by) {
	const list = [...found], at = list.findIndex(i => cells[i].id === state.cell);
	if (list.length)
		go({ cell: cells[list[(at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by + list.length) % list.length]].id });
}

// --- all of it ---

let found = new Set();

function update() {
	state = readState();
	found = new Set();
	cells.forEach((cell, i) => { if (matches(cell, state)) found.add(i); });
	showFilter(found);
	paintSquares(found);
	listCells(found, LIST_MOST);
	showCell();
}

// From square to square: left and right in a row, up and down in a column.
function moveInGrid(square, key) {
	const field = square.closest("td"), line = field.parentElement;
	if (key === "ArrowLeft" || key === "ArrowRight") {
		const squares = [...line.querySelectorAll(".sq")];
		squares[squares.indexOf(square) + (key === "ArrowRight" ? 1 : -1)]?.focus();
		return;
	}
	const lines = [...line.parentElement.children].filter(other => !other.hidden);
	for (let at = lines.indexOf(line), next = key === "ArrowDown" ? 1 : -1; (at += next) >= 0 && at < lines.length;) {
		const other = lines[at].children[field.cellIndex]?.querySelector(".sq");
		if (other)
			return other.focus();
	}
}

function onKey(event) {
	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	const typing = event.target.matches("input[type=search], select");
	if (event.key === "Escape" && state.cell)
		closeCell();
	else if (event.key.startsWith("Arrow") && event.target.matches(".sq"))
		moveInGrid(event.target, event.key);
	else if (event.key === "/" && !typing)
		byId("f-find").focus();
	else if (event.key === "n" && !typing)
		step(1);
	else if (event.key === "p" && !typing)
		step(-1);
	else
		return;
	event.preventDefault();
}

// A link within the page keeps the filter: it names a cell only.
function onClick(event) {
	const link = event.target.closest?.('a[href^="#cell="]');
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button)
		return;
	event.preventDefault();
	go({ cell: new URLSearchParams(link.getAttribute("href").slice(1)).get("cell") });
}

fillFilter();
byId("filter").addEventListener("input", () => go(readFilter(), true));
byId("filter").addEventListener("submit", event => event.preventDefault());
byId("filter").addEventListener("reset", event => {
	event.preventDefault();
	go({ find: "", kernel: "", topology: "", verdicts: [], by: 0 });
});
byId("cell-close").addEventListener("click", closeCell);
byId("cell-next").addEventListener("click", () => step(1));
byId("cell-before").addEventListener("click", () => step(-1));
document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
addEventListener("hashchange", update);
addEventListener("popstate", update);
update();
