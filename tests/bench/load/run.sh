#!/usr/bin/env bash
# Sets the generator of load beside oha and wrk: one core each, the same server, interleaved rounds.
#
#   tests/bench/load/run.sh [ROUNDS] [SECONDS] [--write]
#
# Needs nginx, wrk, oha (`cargo install oha --locked`; or its path in OHA), and two CPUs: the generators
# take turns on the first one, the server has the second. Only loopback; everything started here is
# stopped here. `--write` puts the result into docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/../../.."

rounds=${1:-7}
seconds=${2:-3}
write=${3:-}
base=${LOAD_BENCH_PORT:-18280}
oha=${OHA:-oha}
work=$(mktemp -d)
pids=()
# The faulty apps end when their standard input does.
trap 'exec 9>&- || true; ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

# Before all other work of the machine, where that is allowed: what it delays would be laid at the generators' door.
first=()
priority=
if chrt -f 10 true 2>/dev/null; then
    first=(chrt -f 10)
    priority=', all of them before other work of the machine (real-time priority)'
fi

server=$base stall=$((base + 1)) slow=$((base + 2))

cargo bench --quiet --no-run --bench load
driver=$(cargo bench --no-run --bench load --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/load-[^"]*\)".*/\1/p' | tail -1)

cat >"$work/server.conf" <<CONF
daemon off; master_process off; pid $work/server.pid; error_log /dev/null;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000000;
    client_body_temp_path $work/body; proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server { listen 127.0.0.1:$server; location / {
        default_type text/plain; return 200 "sixty-four bytes of plain text, as small apps like to send them.\n"; } }
}
CONF
"${first[@]}" taskset -c 1 nginx -c "$work/server.conf" & pids+=($!)
mkfifo "$work/stdin"
taskset -c 1 "$driver" stall "127.0.0.1:$stall" <"$work/stdin" & pids+=($!)
taskset -c 1 "$driver" slow "127.0.0.1:$slow" <"$work/stdin" & pids+=($!)
exec 9>"$work/stdin"
for port in "$server" "$stall" "$slow"; do
    curl --silent --fail --retry 20 --retry-connrefused --retry-delay 1 --output /dev/null "http://127.0.0.1:$port/"
done

# One line per round and generator: its name, requests per second, CPU per request in microseconds.
emu() {
    "${first[@]}" "$driver" closed "127.0.0.1:$server" 32 "$seconds" 0 |
        sed -n '$s/.*per_second=\([0-9]*\) failed=0 .* cpu_us=\([0-9.]*\) .*/emu \1 \2/p'
}
peer() { # NAME COMMAND...
    local name=$1 TIMEFORMAT='CPU %U %S'
    shift
    { time "${first[@]}" taskset -c 0 "$@" "http://127.0.0.1:$server/"; } 2>&1 | awk -v name="$name" -v seconds="$seconds" '
        /Requests\/sec/ { rate = $2 }
        /^CPU/ { printf "%s %d %.1f\n", name, rate, ($2 + $3) / (rate * seconds) * 1e6 }'
}
wrk_() { peer wrk wrk -t1 -c32 -d"${seconds}s"; }
oha_() { peer oha "$oha" -c 32 -z "${seconds}s" --no-tui; }

load=$(cut -d' ' -f1 /proc/loadavg)
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    # Nobody is always the first one, or always behind the same one.
    order=(emu wrk_ oha_)
    step=$((round % 2 ? 1 : 2))
    for turn in 0 1 2; do "${order[(round + turn * step) % 3]}" | tee -a "$work/closed" >&2; done
done
echo "20 s at 5,000 requests per second" >&2
"${first[@]}" "$driver" open "127.0.0.1:$server" 5000 20 0 | tail -1 | tee "$work/open" >&2
echo "30 s at 100 requests per second, against an app that stalls" >&2
"${first[@]}" "$driver" open "127.0.0.1:$stall" 100 30 0 | tail -1 | tee "$work/stall" >&2
echo "10 s at 500 requests per second, against an app that can do 50" >&2
"${first[@]}" "$driver" open "127.0.0.1:$slow" 500 10 0 | tail -1 | tee "$work/slow" >&2

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { awk -v name="$1" -v n="$2" '$1 == name { print $n }' "$work/closed" | median; }
# The ratio is taken within each round, where the machine was in one mood.
ratio() { awk -v peer="$1" '$1 == peer { p[++i] = $2 } $1 == "emu" { e[++j] = $2 } END { for (k in p) print e[k] / p[k] }' "$work/closed" | median; }
value() { sed -n "s/.*\b$2=\([^ ]*\).*/\1/p" "$work/$1"; }

report() {
    echo "Measured by \`tests/bench/load/run.sh $rounds $seconds\` on $(nproc) CPUs ($(uname -sm)), load average before and after: $load, $(cut -d' ' -f1 /proc/loadavg)."
    echo "$("$oha" --version), $(wrk -v 2>&1 | sed -n '1s/^\(wrk [^ ]*\).*/\1/p'), $(nginx -v 2>&1 | sed 's/.*nginx\//nginx /') with one worker on the other CPU; medians of $rounds interleaved rounds of $seconds s$priority."
    echo
    echo "| 32 users, one core | requests per second | emu's, of theirs | CPU per request |"
    echo "|---|---:|---:|---:|"
    printf '| emu | %.0f | | %.1f µs |\n' "$(column emu 2)" "$(column emu 3)"
    for who in oha wrk; do
        printf '| %s | %.0f | %.2f | %.1f µs |\n' $who "$(column $who 2)" "$(ratio $who)" "$(column $who 3)"
    done
    echo
    echo "| by the clock, one core | |"
    echo "|---|---:|"
    echo "| 5,000 per second for 20 s: sent within 1 ms of their time | $(value open punctual) % |"
    echo "| its CPU | $(value open cpu) % of a core |"
    echo "| 100 per second, an app that stalls for 1 s in every 10: p99 | $(value stall p99) ms |"
    echo "| 500 per second, an app that can do 50: the shortfall is told as | the $(value slow shortfall)'s |"
}
report >"$work/report"
cat "$work/report"

if [[ $write == --write ]]; then tests/bench/into-page load "The generator of load" "$work/report"; fi
