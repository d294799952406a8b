#!/usr/bin/env bash
# How honest and how quick `emu compare` is: the same plan against itself, again and again.
#
#   tests/bench/compare/run.sh [COMPARISONS] [SECONDS] [--write]
#
# 20 comparisons of 2 x 3 runs with a load of 3 s by default, about 15 minutes. Counts how often a
# difference is said to be there, where there is none, and what a round takes beyond the app's boot
# and the load that was asked for. Needs Docker, jq and a release build (or the path of one in EMU).
# `--write` puts the result into docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/../../.."

comparisons=${1:-20}
seconds=${2:-3}
write=${3:-}
emu=${EMU:-target/release/emu}
[[ -n ${EMU:-} ]] || cargo build --release --quiet
plan=render-starter
rate=70 # so that a round of 3 s has the 200 requests that a p95 needs
rounds=3
work=$(mktemp -d)
export EMU_HOME=$work/state
trap 'rm -rf "$work"' EXIT

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }

# Its image is made once, and belongs to no round.
"$emu" compare mimic --profile "$plan" --exact --rounds 1 --load '1 call' >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

# One comparison: a line for every metric that was measured, with what is said about it, and one for the time it took.
compare() {
    local number=$1 from status=0
    from=$(now_us)
    "$emu" compare mimic --profile "$plan,$plan" --exact --rounds "$rounds" --load "$rate/s for ${seconds}s" --json \
        >"$work/$number.json" 2>"$work/log" || status=$?
    # 6: with this much noise, three rounds tell nothing. That is an answer, too.
    if ((status != 0 && status != 6)); then cat "$work/log" >&2; exit 1; fi
    echo "$number $(($(now_us) - from))" >>"$work/wall"
    jq -r --arg number "$number" '.differences[].differences[] | select(.finding != "unmeasured") | [$number, .metric, .finding] | join(" ")' \
        "$work/$number.json" >>"$work/findings"
    # The boot of every run, and what the engine took to start it.
    jq -r '.arms[].facts.rounds[].run' "$work/$number.json" | while read -r run; do
        "$emu" runs show "$run" --json | jq -r --arg number "$number" \
            '.starts[0] | [$number, .boot_us, .engine_us] | join(" ")' >>"$work/boots"
    done
}

load=$(cut -d' ' -f1 /proc/loadavg)
for number in $(seq "$comparisons"); do
    compare "$number"
    echo "comparison $number of $comparisons: $(awk -v n="$number" \
        '$1 == n && $3 == "differs" { printf "%s%s", sep, $2; sep = ", " } END { if (!sep) printf "nothing" }' "$work/findings") differs" >&2
done

runs=$((rounds * 2))
warm=$((seconds < 5 ? seconds : 5))
# What a round takes beyond its boot and the load, in milliseconds: middle, 95th of a hundred, worst.
beyond() {
    awk -v runs="$runs" -v asked=$(((warm + seconds) * 1000000)) '
        NR == FNR { boot[$1] += $2; engine[$1] += $3; next }
        { over[++n] = ($2 - boot[$1]) / runs - asked; all += engine[$1] / runs }
        END {
            for (i = 2; i <= n; i++) { v = over[i]; for (j = i - 1; j > 0 && over[j] > v; j--) over[j + 1] = over[j]; over[j + 1] = v }
            printf "%.2f s | %.2f s | %.2f s", over[int((n + 1) / 2)] / 1e6, over[n] / 1e6, all / n / 1e6
        }' "$work/boots" "$work/wall"
}
count() { awk -v finding="$1" '$3 == finding' "$work/findings" | wc -l; }
differing=$(awk '$3 == "differs" { print $1 }' "$work/findings" | sort -u | wc -l)

report() {
    echo "Measured by \`tests/bench/compare/run.sh $comparisons $seconds\` on $(nproc) CPUs ($(uname -sm)), load average before and after: $load, $(cut -d' ' -f1 /proc/loadavg)."
    echo "\`$plan\` against itself with mimic: $comparisons comparisons of $rounds rounds, $rate requests per second for $seconds s."
    echo
    echo "| the same plan twice | |"
    echo "|---|---:|"
    echo "| comparisons in which anything is said to differ (at most 1 of 20 is the promise) | $differing of $comparisons |"
    echo "| metrics said to differ | $(count differs) of $(wc -l <"$work/findings") |"
    echo "| a tie | $(count tie) |"
    echo "| no real difference | $(count no-real-difference) |"
    echo "| too few rounds to tell | $(count thin) |"
    echo
    echo "| a run beyond the app's boot and its load (at most 2 s) | middle | worst | of it the engine's start |"
    echo "|---|---:|---:|---:|"
    echo "| $runs runs in a comparison | $(beyond) |"
}
report >"$work/report"
cat "$work/report"

if [[ $write == --write ]]; then tests/bench/into-page compare "Comparing" "$work/report"; fi
