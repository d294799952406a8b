#!/usr/bin/env bash
# What idle Streamlit users cost the one who plays them: memory and CPU of the whole of emu, front door included.
#
#   tests/bench/users/run.sh [USERS] [SECONDS]
#
# Needs the right to make control groups. Everything started here is stopped here.
set -euo pipefail
cd "$(dirname "$0")/../../.."

users=${1:-200}
seconds=${2:-60}
emu=${EMU:-$PWD/target/release/emu}
packages=$(tests/scripts/streamlit-venv tests/apps/streamlit-tables)
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || { kill -INT "$pid" 2>/dev/null || true; wait "$pid" || true; }; rm -rf "$work"' EXIT

printf 'import streamlit as st\nst.write("here")\n' >"$work/app.py"
# They come over a minute, and then say nothing until it is over.
printf '[[phase]]\nkind = "streamlit"\nusers = %d\nramp = "60 s"\nthink = "1 h"\nfor = "%d s"\n' \
  "$users" "$((seconds + 90))" >"$work/idle.toml"

cd "$work"
start='exec "$0/bin/streamlit" run app.py --server.port "$PORT" --server.address 0.0.0.0 --server.headless true'
EMU_HOME=$work/state "$emu" run --engine native --profile render-pro --no-platform-delay --load idle.toml \
  -- sh -c "$start" "$packages" >"$work/out" 2>"$work/err" &
pid=$!

# The last of them has come, and their first runs are over.
until grep -q 'load  ' "$work/err"; do sleep 0.2; done
sleep 75

ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
# Each user is three: theirs, and two of the front door.
sockets=$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)
before=$(ticks)
sleep "$seconds"
after=$(ticks)
awk -v users="$users" -v seconds="$seconds" -v ticks="$((after - before))" -v hz="$(getconf CLK_TCK)" -v sockets="$sockets" \
  '/^VmRSS|^VmHWM/ { kib[$1] = $2 }
   END { printf "%d idle users (%d open sockets): %.1f MiB (at most %.1f MiB), %.1f %% of a core over %d s\n",
         users, sockets, kib["VmRSS:"] / 1024, kib["VmHWM:"] / 1024, 100 * ticks / hz / seconds, seconds }' "/proc/$pid/status"
tail -3 "$work/err" >&2
