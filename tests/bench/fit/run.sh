#!/usr/bin/env bash
# How near `emu fit` comes, and in how many probes, for apps whose need is known.
#
#   tests/bench/fit/run.sh [--write]
#
# mimic holds a known amount; the need of a run without a tight limit is what it really takes. Needs Docker, jq
# and a release build (or the path of one in EMU). `--write` puts the result into docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/../../.."

write=${1:-}
emu=${EMU:-target/release/emu}
[[ -n ${EMU:-} ]] || cargo build --release --quiet
work=$(mktemp -d)
export EMU_HOME=$work/state
trap 'rm -rf "$work"' EXIT

for hold in 20 60 135 300 700; do
    "$emu" fit mimic --profile render-starter --load '10/s for 2s' --json -- --hold "${hold}MiB" >"$work/$hold.json" 2>"$work/log" ||
        { cat "$work/log" >&2; exit 1; }
    # The first probe has room to spare: its peak is the need.
    need=$("$emu" runs list --json | jq -r '[.runs[] | select(.part.round == 1)][0].peak_bytes')
    jq -r --arg hold "$hold" --argjson need "$need" '
        def mib: . / 1048576 * 10 | round / 10;
        "| \($hold) MiB | \($need | mib) MiB | \(.smallest_bytes | mib) MiB | \(.died.limit_bytes | mib) MiB | \((.smallest_bytes - $need) / 1048576 * 10 | round / 10) MiB | \(.probes) |"' \
        "$work/$hold.json" | tee -a "$work/rows"
done

report() {
    echo "Measured by \`tests/bench/fit/run.sh\` on $(nproc) CPUs ($(uname -sm)). mimic holds a known amount; targets: within 4 MiB, in at most 8 probes."
    echo
    echo "| holds | needs | survives at | dies at | above the need | probes |"
    echo "|---:|---:|---:|---:|---:|---:|"
    cat "$work/rows"
}
report >"$work/report"

if [[ $write == --write ]]; then tests/bench/into-page fit "The smallest limit" "$work/report"; fi
