#!/usr/bin/env bash
# Sets the front door beside HAProxy and nginx: one worker each, the same backend, interleaved rounds.
#
#   tests/bench/edge/run.sh [ROUNDS] [SECONDS] [--write]
#
# Needs haproxy, nginx and wrk, and two CPUs: the proxy under test has the first one for itself, wrk
# and the backend share the second. Only loopback; everything started here is stopped here.
# `--write` puts the result into docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/../../.."

rounds=${1:-7}
seconds=${2:-3}
write=${3:-}
base=${EDGE_BENCH_PORT:-18180}
work=$(mktemp -d)
pids=()
# The door ends when its standard input does.
trap 'exec 9>&- || true; ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

backend=$base haproxy=$((base + 1)) nginx=$((base + 2)) emu=$((base + 3))

cargo bench --quiet --no-run --bench edge
door=$(cargo bench --no-run --bench edge --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/edge-[^"]*\)".*/\1/p' | tail -1)

nginx_conf() { # PORT SERVER-BODY HTTP-EXTRA
    cat <<CONF
daemon off; master_process off; pid $work/$1.pid; error_log /dev/null;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000000;
    client_body_temp_path $work/$1.body; proxy_temp_path $work/$1.proxy;
    fastcgi_temp_path $work/$1.f; uwsgi_temp_path $work/$1.u; scgi_temp_path $work/$1.s;
    $3
    server { listen 127.0.0.1:$1; location / { $2 } }
}
CONF
}

nginx_conf "$backend" 'default_type text/plain; return 200 "sixty-four bytes of plain text, as small apps like to send them.\n";' '' >"$work/backend.conf"
nginx_conf "$nginx" 'proxy_pass http://app; proxy_http_version 1.1; proxy_buffering off;
    proxy_set_header Connection ""; proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http;
    proxy_set_header X-Request-Id $request_id; proxy_set_header X-Request-Start $msec;' \
    "upstream app { server 127.0.0.1:$backend; keepalive 64; keepalive_requests 1000000000; }" >"$work/nginx.conf"
cat >"$work/haproxy.cfg" <<CONF
global
    nbthread 1
    maxconn 2000
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option forwardfor
frontend door
    bind 127.0.0.1:$haproxy
    http-request set-header x-forwarded-proto http
    http-request set-header x-request-id %[rand]
    http-request set-header x-request-start %[date(0,ms)]
    http-response set-header server example
    default_backend app
backend app
    server app 127.0.0.1:$backend
CONF

taskset -c 1 nginx -c "$work/backend.conf" & pids+=($!)
taskset -c 0 haproxy -db -q -f "$work/haproxy.cfg" & pids+=($!); pid_haproxy=$!
taskset -c 0 nginx -c "$work/nginx.conf" & pids+=($!); pid_nginx=$!
mkfifo "$work/stdin"
taskset -c 0 "$door" "127.0.0.1:$emu" "127.0.0.1:$backend" <"$work/stdin" & pids+=($!); pid_emu=$!
exec 9>"$work/stdin"
# Its records are received on the other CPU, as in a run. They count in its CPU per request.
until grep -qsx edge /proc/$pid_emu/task/*/comm; do :; done
for task in /proc/$pid_emu/task/*; do
    [[ $(<"$task/comm") == edge ]] || taskset -cp 1 "${task##*/}" >/dev/null
done
for port in "$backend" "$haproxy" "$nginx" "$emu"; do
    curl --silent --fail --retry 20 --retry-connrefused --retry-delay 1 --output /dev/null "http://127.0.0.1:$port/"
done

ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
hertz=$(getconf CLK_TCK)

throughput() { # NAME PORT PID
    local before after out
    before=$(ticks "$3")
    out=$(taskset -c 1 wrk -t1 -c32 -d"${seconds}s" "http://127.0.0.1:$2/")
    after=$(ticks "$3")
    if grep -q 'Non-2xx\|Socket errors' <<<"$out"; then echo "errors through $1: $out" >&2; exit 1; fi
    awk -v name="$1" -v ticks=$((after - before)) -v hertz="$hertz" \
        '/requests in/ { n = $1 } /Requests\/sec/ { printf "%s %.0f %.2f\n", name, $2, ticks / hertz * 1e6 / n }' <<<"$out"
}

load=$(cut -d' ' -f1 /proc/loadavg)
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    # Nobody is always the first one, or always behind the same one.
    order=("haproxy $haproxy $pid_haproxy" "emu $emu $pid_emu" "nginx $nginx $pid_nginx")
    for turn in 0 1 2; do
        step=$((round % 2 ? 1 : 2))
        # shellcheck disable=SC2086
        throughput ${order[(round + turn * step) % 3]} | tee -a "$work/throughput" >&2
    done
    for who in direct:$backend emu:$emu haproxy:$haproxy; do
        taskset -c 1 "$door" pace "127.0.0.1:${who#*:}" 500 "$seconds" | sed "s/^/${who%:*} /" | tee -a "$work/latency" >&2
    done
done

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { awk -v name="$2" -v n="$3" '$1 == name { print $n }' "$work/$1" | median; }
# The ratio is taken within each round, where the machine was in one mood.
ratio() { awk -v name="$1" '$1 == "haproxy" { h[++i] = $2 } $1 == name { x[++j] = $2 } END { for (k in h) print x[k] / h[k] }' "$work/throughput" | median; }

report() {
    echo "Measured by \`tests/bench/edge/run.sh $rounds $seconds\` on $(nproc) CPUs ($(uname -sm)), load average before and after: $load, $(cut -d' ' -f1 /proc/loadavg)."
    echo "$(haproxy -v | sed -n '1s/-.*//; 1s/version //p; q'), $(nginx -v 2>&1 | sed 's/.*nginx\//nginx /'), wrk with 32 kept connections, medians of $rounds interleaved rounds of $seconds s."
    echo
    echo "| one worker each | requests per second | of HAProxy | CPU per request |"
    echo "|---|---:|---:|---:|"
    for who in emu haproxy nginx; do
        printf '| %s | %.0f | %.2f | %.1f µs |\n' "$who" "$(column throughput $who 2)" "$(ratio $who)" "$(column throughput $who 3)"
    done
    echo
    echo "| 500 requests per second | p50 | p99 |"
    echo "|---|---:|---:|"
    for who in direct emu haproxy; do
        printf '| %s | %.3f ms | %.3f ms |\n' "$who" "$(column latency $who 2)" "$(column latency $who 3)"
    done
}
report >"$work/report"
cat "$work/report"

if [[ $write == --write ]]; then tests/bench/into-page edge "The front door" "$work/report"; fi
