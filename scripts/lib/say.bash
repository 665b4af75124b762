# shellcheck shell=bash
# How scripts tell what they do. Colour is for terminals.
# shellcheck disable=SC2034 # who sources this uses it

[ "${BASH_VERSINFO[0]}" -ge 5 ] || {
	echo "bash 5 or later is needed, this is $BASH_VERSION" >&2
	exit 2
}

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
	bold='' green='' red='' plain=''
fi

step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
good() { printf '%s✓%s %s\n' "$green" "$plain" "$1"; }
note() { printf '  %s\n' "$1"; }
bad() { printf '%s✗%s %s\n' "$red" "$plain" "$1" >&2; }

# fail CODE MESSAGE ends the script.
fail() {
	bad "$2"
	exit "$1"
}

have() { command -v "$1" >/dev/null 2>&1; }
