#!/usr/bin/env bash
# What a run costs emu while nobody comes (twenty samples a second, and the record) and what the live view adds, as
# shares of a core: the same run in lines and in the view, one after the other, by the CPU time of the process.
#
#   tests/bench/live/run.sh [SECONDS] [ENGINE]
#
# ENGINE is `native` (without it) or `docker`. Needs tmux, and the right to make control groups. Everything started here is stopped here.
set -euo pipefail
cd "$(dirname "$0")/../../.."

seconds=${1:-40}
engine=${2:-native}
emu=${EMU:-$PWD/target/release/emu}
work=$(mktemp -d)
session=emu-bench-live-$$
trap 'tmux kill-session -t "$session" 2>/dev/null || true; rm -rf "$work"' EXIT

# CPU time of a process in ticks; user's and kernel's. The name before them may hold anything.
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

share() {
  local pid before after
  tmux new-session -d -s "$session" -x 100 -y 30 \
    "EMU_HOME=$work/state exec $emu run mimic --engine $engine --profile render-standard --no-platform-delay $*"
  pid=$(tmux list-panes -t "$session" -F '#{pane_pid}')
  # The start is over.
  sleep 4
  before=$(ticks "$pid")
  sleep "$seconds"
  after=$(ticks "$pid")
  tmux kill-session -t "$session"
  awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" 'BEGIN { printf "%.2f", ticks / hz / s * 100 }'
}

lines=$(share --plain)
view=$(share)
echo "in lines:    $lines % of a core: 20 samples a second, and the record of them"
echo "in the view: $view % of a core"
awk -v view="$view" -v lines="$lines" 'BEGIN { printf "the view adds %.2f %% of a core (%.1f times)\n", view - lines, view / lines }'
