#!/usr/bin/env bash
# What keeps a server from starting: each ends in one line that says what is wrong, where, and the mend. And clean ends.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api
extract_credentials
url=https://127.0.0.1:$https_port
other=$scratch/other
mkdir "$other"

# A start that must fail soon with one line (besides the log's): fails_to_start PATTERN [command before clusterd --] flag...
fails_to_start() {
    local pattern=$1 status=0 lines
    shift
    timeout 30 "$@" >"$scratch/failed.out" 2>"$scratch/failed" || status=$?
    lines=$(grep -vE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T' "$scratch/failed" || true)
    [ "$status" = 1 ] && [ ! -s "$scratch/failed.out" ] && [ "$(wc -l <<<"$lines")" = 1 ] && grep -qE -- "$pattern" <<<"$lines" ||
        { printf 'status %s, expected one line: %s\n' "$status" "$pattern"; cat "$scratch/failed.out" "$scratch/failed"; return 1; }
}
server() { # FOLDER [flag...]
    printf '%s\0' "$clusterd" server --data-dir "$1" --write-kubeconfig "$scratch/other.yaml" "${@:2}"
}
words() { mapfile -d '' command < <(server "$@"); }

words "$data" --disable-agent --https-listen-port 0
check "a second server on the same data folder" fails_to_start "$data is in use by process $server_pid; end that process" "${command[@]}"
words "$other/a" --disable-agent --https-listen-port "$https_port"
check "a port in use" fails_to_start "another port can be chosen by --https-listen-port: .*port $https_port: Address already in use" "${command[@]}"
check "the first server goes on" gives ok kubectl get --raw /readyz

words "$other/b" --disable-agent --https-listen-port 0
# In a mount namespace of its own, so that nothing is left behind.
check "a data folder that is not writable" fails_to_start "$other/b.* not writable.*--data-dir.*Read-only" \
    unshare -m sh -c 'mkdir -p "$0" && mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"' "$other/b" "${command[@]}"
touch "$other/file"
words "$other/file" --disable-agent --https-listen-port 0
check "a data folder that is a file" fails_to_start "$other/file.*--data-dir" "${command[@]}"
words "$other/c" --https-listen-port 0
without() { # PROGRAM PATTERN: hides it in a mount namespace
    local places
    places=$(type -ap "$1" | xargs realpath | sort -u)
    fails_to_start "$2" unshare -m sh -c 'for place in $0; do mount --bind /dev/null "$place" || exit; done; exec "$@"' "$places" "${command[@]}"
}
check "no containerd" without containerd '^containerd is missing; install it: apt-get install containerd$'
check "no runc" without runc '^runc is missing; install it: apt-get install runc$'
check "  nothing was begun" test ! -e "$other/c"
if id -u nobody >/dev/null 2>&1; then
    check "not root" fails_to_start 'must run as root; .*--disable-agent' setpriv --reuid nobody --clear-groups "${command[@]}"
fi

words "$other/d" --disable-agent --https-listen-portt 1
check "an unknown flag" fails_to_start 'https-listen-portt.*--?https-listen-port' "${command[@]}"
words "$other/d" --disable-agent --https-listen-port 99999
check "a wrong value" fails_to_start 'https-listen-port.*99999' "${command[@]}"
words "$other/d" --disable-agent --cluster-cidr 10.300.0.0/16
check "a wrong network" fails_to_start 'cluster-cidr.*10.300.0.0/16' "${command[@]}"
echo 'node-nam: x' >"$scratch/config.yaml"
words "$other/d" --disable-agent --config "$scratch/config.yaml"
check "an unknown key in the configuration file" fails_to_start "$scratch/config.yaml.*node-nam.*node-name" "${command[@]}"
echo 'node-name: [' >"$scratch/config.yaml"
check "  no YAML" fails_to_start "$scratch/config.yaml" "${command[@]}"

echo "--- Ends and starts"
# Requests and a watch run when SIGTERM comes: all end, in time, and what was acknowledged is there afterwards.
kubectl create configmap before >/dev/null
credentials=(--cacert "$scratch/ca.crt" --cert "$scratch/client.crt" --key "$scratch/client.key")
curl -sSN --max-time 60 "${credentials[@]}" "$url/api/v1/configmaps?watch=1" >"$scratch/watch" 2>"$scratch/watch.error" &
watch_pid=$!
wait_for 10 "the watch" grep -q '"before"' "$scratch/watch"
writer() {
    local i=1 code
    while code=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 5 "${credentials[@]}" -H 'Content-Type: application/json' \
        -d "{\"metadata\":{\"name\":\"w-$i\"}}" "$url/api/v1/namespaces/default/configmaps" 2>/dev/null); do
        [ "$code" != 201 ] || echo "w-$i" >>"$scratch/acknowledged"
        i=$((i + 1))
    done
}
writer &
writer_pid=$!
wait_for 20 "writes" bash -c "[ \"\$(cat '$scratch/acknowledged' 2>/dev/null | wc -l)\" -ge 20 ]"
kill -TERM "$server_pid"
ended_clean() { local status=0; wait "$server_pid" || status=$?; [ "$status" = 0 ] || { echo "status $status"; return 1; }; }
check "SIGTERM ends it while requests run" timeout 20 tail --pid="$server_pid" -f /dev/null
check "  with success" ended_clean
check "  and without complaints" bash -c "! grep -E ' (error|warning) ' <(sed -n '/SIGTERM/,\$p' '$scratch/clusterd.log')"
wait "$watch_pid" || true
wait "$writer_pid" || true
check "  the watch ended" grep -q '"before"' "$scratch/watch"

fingerprint() { openssl x509 -in "$data/server/tls/serving-kube-apiserver.crt" -noout -fingerprint; }
days_left() { echo $((($(date -d "$(openssl x509 -in "$data/server/tls/serving-kube-apiserver.crt" -noout -enddate | cut -d= -f2)" +%s) - $(date +%s)) / 86400)); }
before=$(fingerprint)
start_clusterd --disable-agent
wait_for 30 "the API to be ready" api_is_ready
check "the certificate is kept" gives "$before" fingerprint
kubectl get configmaps -o name | sed 's|configmap/||' | sort >"$scratch/present"
lost() { sort "$scratch/acknowledged" | comm -23 - "$scratch/present" | wc -l; }
check "no acknowledged write is lost" gives 0 lost

# The same certificate with 100 days left is made anew at the next start.
stop_clusterd
tls=$data/server/tls
openssl x509 -in "$tls/serving-kube-apiserver.crt" -x509toreq -signkey "$tls/serving-kube-apiserver.key" -copy_extensions copy \
    -out "$scratch/leaf.csr" 2>"$scratch/openssl.log"
openssl x509 -req -in "$scratch/leaf.csr" -CA "$tls/server-ca.crt" -CAkey "$tls/server-ca.key" -days 100 -copy_extensions copy \
    -set_serial 77 -out "$tls/serving-kube-apiserver.crt" 2>>"$scratch/openssl.log"
start_clusterd --disable-agent
wait_for 30 "the API to be ready" api_is_ready
check "a certificate that ends within 120 days is renewed" test "$(days_left)" -gt 300
check "  because of that" grep -q 'serving-kube-apiserver.crt is renewed: it expires soon' "$scratch/clusterd.log"

echo "--- The datastore"
stop_clusterd
cp "$data/server/db/state.db" "$scratch/good.db"
words "$data" --disable-agent --https-listen-port "$https_port"
damage() { rm -f "$data"/server/db/state.db*; "$@" >"$data/server/db/state.db"; }
damage head -c 65536 /dev/urandom
check "a datastore of garbage" fails_to_start "$data/server/db/state.db.*damaged or no datastore; restore it from a snapshot" "${command[@]}"
damage echo hello
check "  of text" fails_to_start "$data/server/db/state.db.*damaged or no datastore; restore it from a snapshot" "${command[@]}"
half() { head -c $(($(stat -c %s "$scratch/good.db") / 2)) "$scratch/good.db"; }
damage half
check "half of a datastore" fails_to_start "$data/server/db/state.db.*(damaged|malformed)" "${command[@]}"
damage cat "$scratch/good.db"
start_clusterd --disable-agent
wait_for 30 "the API to be ready" api_is_ready
check "the right one again" gives 0 lost
finish
