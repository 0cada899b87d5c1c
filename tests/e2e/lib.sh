# What the end-to-end tests share: one real cluster a test program, with its own data folder, ports and networks, that
# leaves nothing behind. Source it, then: start_cluster; check "what" command...; finish.
set -euo pipefail

: "${CORACLE_BUILD_DIR:?the build folder}"
clusterd=$CORACLE_BUILD_DIR/clusterd/cli/clusterd
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d /var/tmp/coracle-e2e.XXXXXX)
data=$scratch/data
export KUBECONFIG=$scratch/kubeconfig.yaml
server_pid=
companions=() # processes that a test started beside; ended with it
passed=0 failed=0 skipped=0

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens on, and a number that tells this cluster's networks from those of others.
pick_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do port_free "$port" && { echo "$port"; return; }; done
    echo "no free port" >&2 && return 1
}

start_clusterd() { # [flag...]
    "$clusterd" server --data-dir "$data" --https-listen-port "$https_port" --write-kubeconfig "$KUBECONFIG" \
        --node-name node-1 "$@" >>"$scratch/clusterd.log" 2>&1 &
    server_pid=$!
}

# Starts and waits until the node is Ready and the test images are there.
start_cluster() { # [flag...]
    https_port=$(pick_port)
    mkdir -p "$data/agent/images"
    cp "$CORACLE_BUILD_DIR/images/test/busybox.tar" "$data/agent/images/"
    start_clusterd "$@"
    wait_for 60 "the node to be Ready" node_is_ready
}

# Starts a server without a node, where only the API matters.
start_api() { # [flag...]
    https_port=$(pick_port)
    mkdir -p "$data"
    start_clusterd --disable-agent "$@"
    wait_for 60 "the API to be ready" api_is_ready
}

api_is_ready() {
    still_runs
    kubectl get --raw /readyz >/dev/null 2>&1
}

still_runs() {
    kill -0 "$server_pid" 2>/dev/null || { show_log; echo "clusterd ended" >&2; exit 1; }
}

# The kubeconfig's CA and client certificate as files for curl: ca.crt, client.crt, client.key.
extract_credentials() {
    local part
    for part in certificate-authority-data:ca.crt client-certificate-data:client.crt client-key-data:client.key; do
        sed -n "s/.*${part%%:*}: //p" "$KUBECONFIG" | base64 -d >"$scratch/${part##*:}"
    done
}

node_is_ready() {
    still_runs
    kubectl get node node-1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep -qx True
}

stop_clusterd() { # [signal]
    [ -n "$server_pid" ] || return 0
    kill "-${1:-TERM}" "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

show_log() { echo "--- the last lines of clusterd.log"; tail -n 40 "$scratch/clusterd.log" || true; }

clean_up() {
    local status=$?
    trap - EXIT
    set +e
    [ "$failed" = 0 ] && [ "$status" = 0 ] || show_log
    stop_clusterd
    [ ${#companions[@]} = 0 ] || kill "${companions[@]}" 2>/dev/null
    # Also what a server left that was killed, or that the test ran beside on a folder of its own.
    for folder in "$scratch"/*/; do
        [ -e "$folder/clusterd.lock" ] || continue
        timeout 60 "$clusterd" killall --data-dir "${folder%/}" >>"$scratch/killall.log" 2>&1 || { cat "$scratch/killall.log"; status=1; }
    done
    # A mount that is still there would be a leak, and deleting through it a disaster.
    if grep -q " $scratch/" /proc/self/mountinfo; then
        echo "mounts are left below $scratch"
        status=1
    elif grep -lqs "$scratch/" /proc/[0-9]*/mountinfo; then
        echo "containers are left: processes $(grep -ls "$scratch/" /proc/[0-9]*/mountinfo | cut -d/ -f3 | paste -sd' ')"
        cat "$scratch/killall.log"
        status=1
    else
        rm -rf "$scratch"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Waits for a condition, never for a time: wait_for SECONDS WHAT COMMAND...
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $end ] || { echo "waited in vain for $what" >&2; return 1; }
        sleep 0.1
    done
}

# Runs one line of the contract; its output is shown when it fails.
check() { # WHAT COMMAND...
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        printf '%s\n' "$output" | sed 's/^/        | /'
    fi
}

skip() { # WHAT WHY
    skipped=$((skipped + 1))
    echo "skipped $1: $2"
}

# The command's output must match the extended regular expression: matches PATTERN COMMAND...
matches() {
    local pattern=$1 output
    shift
    output=$("$@" 2>&1) || { printf '%s\n' "$output"; return 1; }
    grep -qE -- "$pattern" <<<"$output" || { printf 'no match for: %s\n%s\n' "$pattern" "$output"; return 1; }
}

# The command must fail, and say so: refuses PATTERN COMMAND...
refuses() {
    local pattern=$1 output
    shift
    if output=$("$@" 2>&1); then printf 'it succeeded:\n%s\n' "$output"; return 1; fi
    grep -qE -- "$pattern" <<<"$output" || { printf 'no match for: %s\n%s\n' "$pattern" "$output"; return 1; }
}

# The command's whole output must be this text: gives TEXT COMMAND...
gives() {
    local text=$1 output
    shift
    output=$("$@" 2>&1) || { printf '%s\n' "$output"; return 1; }
    [ "$output" = "$text" ] || { printf 'expected: %s\ngot:      %s\n' "$text" "$output"; return 1; }
}

# Minor version of the kubectl that is there: old ones can't do everything.
kubectl_minor() { kubectl version --client -o json 2>/dev/null | jq -r '.clientVersion.minor' | tr -dc 0-9; }

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}
