#!/bin/sh
# How long `emu check` takes on a project of 2,000 files: seven calls, each time in milliseconds, the median last.
#   tests/bench/check/run.sh [EMU] [FILES]
set -eu
emu=${1:-target/release/emu}
files=${2:-2000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export EMU_HOME="$folder/state"
mkdir "$folder/shop"
printf 'flask==3.1.2\npandas==2.3.3\n' > "$folder/shop/requirements.txt"
printf 'web: gunicorn app:app\n' > "$folder/shop/Procfile"
printf 'from flask import Flask\n\napp = Flask(__name__)\n' > "$folder/shop/app.py"
number=3
while [ "$number" -lt "$files" ]; do
    part="$folder/shop/part$((number / 100))"
    mkdir -p "$part"
    {
        printf 'import os\nimport pandas as pd\nfrom flask import request\n\n'
        for line in 1 2 3 4 5 6 7 8 9 10; do
            printf 'def route_%s(value="a text", *rest, **more):\n    """What it does, in a line."""\n' "$line"
            printf '    table = pd.DataFrame({"a": [1, 2, 3], "b": [os.getenv("B"), request.args.get("c"), f"{value}"]})\n'
            printf '    return table.groupby("a").sum().to_json()\n\n'
        done
    } > "$part/module$number.py"
    number=$((number + 1))
done
(cd "$folder/shop" && git init --quiet && git add .)
for _ in 1 2 3 4 5 6 7; do
    start=$(date +%s%N)
    "$emu" check "$folder/shop" --profile render-free > /dev/null
    echo $((($(date +%s%N) - start) / 1000000))
done | sort -n | tee "$folder/times"
echo "median of 7 on $files files: $(sed -n 4p "$folder/times") ms"
