# A headless Chromium, driven through chromedriver (WebDriver is JSON over HTTP).

# Starts both; BROWSER becomes the address of the session, BROWSER_PID what is to be ended.
browser_start() {
	local said=$1/chromedriver.log port waited=0
	# What they leave behind goes with the test.
	TMPDIR=$1 HOME=$1 XDG_CONFIG_HOME=$1 XDG_CACHE_HOME=$1 chromedriver --port=0 >"$said" 2>&1 3>&- &
	BROWSER_PID=$!
	until port=$(sed -n 's/.*started successfully on port \([0-9]*\)\.*$/\1/p' "$said") && [ -n "$port" ]; do
		((waited++ < 100)) || {
			cat "$said"
			return 1
		}
		sleep 0.1
	done
	BROWSER=http://127.0.0.1:$port
	BROWSER+=/session/$(browser_call POST /session '{"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"binary": "/usr/bin/chromium",
		"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1400,1000"]},
		"goog:loggingPrefs": {"browser": "ALL"}}}}' | jq -r .sessionId)
	export BROWSER BROWSER_PID
}

browser_stop() {
	[ -n "${BROWSER:-}" ] || return 0
	curl -sS -X DELETE "$BROWSER" >/dev/null || true
	kill "$BROWSER_PID" || true
	wait "$BROWSER_PID" 2>/dev/null || true
}

# METHOD PATH [BODY]: the answer's value, as JSON; what is an error fails, and is said.
browser_call() {
	local answer
	answer=$(curl -sS -X "$1" ${3:+-H 'Content-Type: application/json' -d "$3"} "$BROWSER$2")
	if jq -e '.value | type == "object" and has("error")' <<<"$answer" >/dev/null; then
		jq -r '.value | "\(.error): \(.message)"' <<<"$answer" >&2
		return 1
	fi
	jq -c .value <<<"$answer"
}

# A command of the DevTools protocol.
browser_cdp() {
	browser_call POST /goog/cdp/execute "$(jq -nc --arg cmd "$1" --argjson params "$2" '{cmd: $cmd, params: $params}')"
}

# Opens a page from scratch, also where only what is behind '#' differs.
browser_open() {
	browser_call POST /url '{"url": "about:blank"}' >/dev/null
	browser_call POST /url "$(jq -nc --arg url "$1" '{url: $url}')" >/dev/null
}

# What an expression is, as JSON.
browser_eval() {
	browser_call POST /execute/sync "$(jq -nc --arg script "return ($1);" '{script: $script, args: []}')"
}

# The same of a text, without quotes.
browser_text() {
	browser_eval "$1" | jq -r .
}

# Waits until an expression is true.
browser_until() {
	for _ in {1..100}; do
		[ "$(browser_eval "!!($1)")" = true ] && return 0
		sleep 0.05
	done
	echo "never: $1"
	return 1
}

# Keys, one after another, to what has the focus. Those with a name: as W3C WebDriver encodes them.
browser_keys() {
	local key actions='[]'
	for key; do
		case $key in
		Escape) key='\uE00C' ;;
		Enter) key='\uE007' ;;
		Right) key='\uE014' ;;
		Down) key='\uE015' ;;
		esac
		actions=$(jq -c --argjson key "\"$key\"" '. + [{type: "keyDown", value: $key}, {type: "keyUp", value: $key}]' <<<"$actions")
	done
	browser_call POST /actions "{\"actions\": [{\"type\": \"key\", \"id\": \"keyboard\", \"actions\": $actions}]}" >/dev/null
}

# What the page complained of since it was last asked.
browser_complaints() {
	browser_call POST /se/log '{"type": "browser"}' | jq -r '.[].message'
}

browser_picture() {
	browser_call GET /screenshot | jq -r . | base64 -d >"$1"
}
