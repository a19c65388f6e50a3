# Shared by the scripts of this folder; source it after `set -euo pipefail`. Written for bash 3.2, which is
# what macOS has.
# shellcheck shell=bash

root="$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
me="$(basename "$0")"

say() { printf '%s: %s\n' "$me" "$*"; }

# The first line says what is wrong, each further one what to do about it.
fail() {
  printf '%s: %s\n' "$me" "$1" >&2
  shift
  while (($# > 0)); do
    printf '  %s\n' "$1" >&2
    shift
  done
  exit 1
}

# Directories that must vanish whichever way a script ends; it has to set `trap remove_scratch EXIT`.
scratch=()
remove_scratch() {
  if ((${#scratch[@]} > 0)); then rm -rf "${scratch[@]}"; fi
}

# Whether a line can be rewritten in place.
has_live_line() { [[ -t 1 && "${TERM:-dumb}" != dumb ]]; }

# The terminal's width, or 80.
columns() {
  local size
  { size="$(stty size <&3 2>/dev/null || true)"; } 3<&1
  size="${size#* }"
  if [[ ! "$size" =~ ^[1-9][0-9]*$ ]]; then size="${COLUMNS:-80}"; fi
  printf '%s\n' "$size"
}

# duration SECONDS
duration() {
  if (($1 < 60)); then printf '%s s\n' "$1"; else printf '%s min %s s\n' "$(($1 / 60))" "$(($1 % 60))"; fi
}

# A live line: what is done, and for how many seconds. Another process rewrites it, so that the command itself stays
# in the foreground, where Ctrl-C reaches it.
ticker=''
start_ticker() {
  local width
  width="$(columns)"
  (
    started="$SECONDS"
    while kill -0 "$$" 2>/dev/null; do
      elapsed=" $(duration "$((SECONDS - started))")"
      text="$me: $1"
      printf '\r\033[K%s%s' "${text:0:$((width - ${#elapsed} - 1))}" "$elapsed"
      sleep 1 >/dev/null
    done
  ) &
  ticker=$!
}
stop_ticker() {
  if [[ -z "$ticker" ]]; then return; fi
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  ticker=''
  printf '\r\033[K'
}

# with_timeout SECONDS COMMAND...: macOS has no timeout(1), but has perl.
with_timeout() {
  local seconds="$1"
  shift
  if command -v timeout >/dev/null; then
    timeout "$seconds" "$@"
  elif command -v gtimeout >/dev/null; then
    gtimeout "$seconds" "$@"
  elif command -v perl >/dev/null; then
    perl -e 'alarm shift; exec @ARGV or exit 127' "$seconds" "$@"
  else
    "$@"
  fi
}

# at_least HAVE WANT: whether version HAVE (1.95.0, v20.1.0-nightly) is WANT (1.88) or later.
at_least() {
  local have want i
  IFS=. read -r -a have <<<"${1#v}"
  IFS=. read -r -a want <<<"$2"
  for ((i = 0; i < ${#want[@]}; i++)); do
    local part="${have[i]:-0}"
    part="${part%%[!0-9]*}"
    if ((10#${part:-0} != 10#${want[i]})); then
      ((10#${part:-0} > 10#${want[i]}))
      return
    fi
  done
}

# The versions that belong together. wasm-bindgen's command line must be of exactly the crate's version, so
# that one is read from where the crate's is.
# shellcheck disable=SC2034 # used by those that source this
wasm_pack_version=0.15.1
# shellcheck disable=SC2034
cargo_deny_version=0.20.2
# shellcheck disable=SC2034
cargo_fuzz_version=0.13.2
# shellcheck disable=SC2034
cargo_mutants_version=27.1.0
# The compiler of the committed pkg/.
# shellcheck disable=SC2034
rustc_version=1.95.0
wasm_bindgen_version() {
  local pinned locked
  pinned="$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' "$root/Cargo.toml")"
  locked="$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/version = |"/, ""); print }' "$root/Cargo.lock")"
  [[ -n "$pinned" ]] || fail 'Cargo.toml does not pin wasm-bindgen, as in: wasm-bindgen = "=X.Y.Z"'
  [[ "$pinned" == "$locked" ]] ||
    fail "Cargo.toml pins wasm-bindgen $pinned, Cargo.lock has ${locked:-none}" \
      "cargo update -p wasm-bindgen --precise $pinned"
  printf '%s\n' "$pinned"
}

# The project's own tools go first: a wasm-pack or wasm-opt of another version makes other bytes.
use_project_tools() { export PATH="$root/.tools/bin:$root/node_modules/.bin:$PATH"; }
