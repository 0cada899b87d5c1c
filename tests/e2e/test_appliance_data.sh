#!/usr/bin/env bash
# The part of the appliance API that is about disks, files and programs, on a real server without a node: uploads,
# back-ups and going back to them, also by a server that is killed meanwhile, upgrades, support
# bundles, storage.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_api --etcd-snapshot-retention 1
socket=/run/clusterd-$(printf %s "$(realpath "$data")" | sha256sum | cut -c1-8)/clusterd.sock

api() { # METHOD PATH [BODY]: prints the answer, fails on an error's code
    curl -sS --fail-with-body --max-time 60 --unix-socket "$socket" -X "$1" "http://x/appliance/v1$2" \
        ${3+-H Content-Type:application/json -d "$3"}
}
field() { jq -er "$1"; }

# Begins an operation and waits for its end, over restarts of the daemon: prints it, fails when it did.
run() { # METHOD PATH [BODY]
    local begun id
    begun=$(api "$@") || { printf '%s\n' "$begun"; return 1; }
    id=$(field .id <<<"$begun")
    wait_for 120 "operation $id" ended "$id" || return 1
    api GET "/operations/$id"
    [ "$(api GET "/operations/$id" | field .state)" = succeeded ]
}
ended() { api GET "/operations/$1" 2>/dev/null | jq -e '.state != "running"' >/dev/null; }
still_up() { kubectl get --raw /readyz >/dev/null 2>&1; }
fingerprint() { sha256sum "$data/server/tls/server-ca.crt" | cut -c1-16; }
marker() { kubectl get configmap marker -o 'jsonpath={.data.state}' 2>/dev/null; }

# --- the datastore
check "the datastore tells its size and revision" bash -c "
    curl -sS --unix-socket $socket http://x/appliance/v1/datastore | jq -e '
        .kind == \"sqlite\" and .health == \"ok\" and .fileBytes > 0 and .revision > 0 and .keys > 10'"
check "it is compacted" matches '"state": ?"succeeded"' run POST /datastore/compact
check "history is gone then" bash -c "
    curl -sS --unix-socket $socket http://x/appliance/v1/datastore | jq -e '.compactRevision > 1'"

# --- back-ups
kubectl create configmap marker --from-literal=state=first >/dev/null
check "a back-up is made" matches '"origin": ?"manual"' run POST /datastore/backups '{"description":"the first"}'
backup=$(api GET /datastore/backups | field '.items[0].name')
check "it is listed with its description" gives "the first" \
    bash -c "curl -sS --unix-socket $socket http://x/appliance/v1/datastore/backups/$backup | jq -r .description"
check "its file is for root only" gives 600 stat -c %a "$data/backups/$backup"
check "names that lead elsewhere are not found" refuses '"NotFound"' \
    api DELETE /datastore/backups/..%2Fserver%2Ftoken
check "it comes down whole" bash -c "
    curl -sS --fail --unix-socket $socket http://x/appliance/v1/datastore/backups/$backup/content -o $scratch/down &&
    cmp $scratch/down $data/backups/$backup"
check "an unknown field is refused" refuses 'there is no such field' api POST /datastore/backups '{"name":"x"}'

# --- uploads: in parts, at their places only
check "an upload has a size" refuses 'the size of the whole file' api POST /uploads '{"name":"x"}'
size=$(stat -c %s "$scratch/down")
upload=$(api POST /uploads "{\"name\":\"backup\",\"bytes\":$size}" | field .id)
send() { # OFFSET BYTES
    tail -c +$(($1 + 1)) "$scratch/down" | head -c "$2" | curl -sS --fail-with-body --unix-socket "$socket" -X PUT \
        --data-binary @- -H Content-Type:application/octet-stream "http://x/appliance/v1/uploads/$upload?offset=$1"
}
check "the first part" matches '"receivedBytes": ?1000' send 0 1000
check "a part at the wrong place is refused" refuses 'the next part begins at 1000' send 2000 1000
check "an upload that is not whole is not taken" refuses 'only 1000 of' api POST /datastore/backups "{\"upload\":\"$upload\"}"
check "the rest" matches "\"receivedBytes\": ?$size" send 1000 "$size"
check "more than was said is refused" refuses 'goes beyond' bash -c "
    printf x | curl -sS --fail-with-body --unix-socket $socket -X PUT --data-binary @- 'http://x/appliance/v1/uploads/$upload?offset=$size'"
check "what was sent becomes a back-up" matches '"origin": ?"uploaded"' run POST /datastore/backups "{\"upload\":\"$upload\"}"
check "the upload is gone then" refuses '"NotFound"' api GET "/uploads/$upload"
uploaded=$(api GET /datastore/backups | field '[.items[] | select(.origin == "uploaded")][0].name')

# A damaged one, taken in by hand: told in the list or when it is checked.
damaged=2020-01-01T000000Z.clusterd-backup
head -c $((size / 2)) "$scratch/down" >"$data/backups/$damaged"
check "a damaged one cannot be restored" refuses 'cannot read|damaged|not whole' run POST "/datastore/backups/$damaged/restore"
api DELETE "/datastore/backups/$damaged" >/dev/null

# --- going back
kubectl create configmap marker --from-literal=state=second --dry-run=client -o yaml | kubectl replace -f - >/dev/null
kubectl create namespace late >/dev/null
ca=$(fingerprint)
revision=$(kubectl get configmap marker -o 'jsonpath={.metadata.resourceVersion}')
check "a restore restarts the daemon with the older state" matches '"state": ?"succeeded"' \
    run POST "/datastore/backups/$uploaded/restore"
check "what was there then is there" gives first marker
check "what came later is gone" refuses NotFound kubectl get namespace late
check "the certificates are those of the back-up" gives "$ca" fingerprint
check "revisions go on" bash -c "
    [ \$(kubectl create configmap later -o 'jsonpath={.metadata.resourceVersion}') -gt $revision ]"
check "whoever watched before must list anew" matches 'Expired' \
    kubectl get --raw "/api/v1/configmaps?watch=true&timeoutSeconds=2&resourceVersion=$revision"
check "the state before was backed up" bash -c "
    curl -sS --unix-socket $socket http://x/appliance/v1/datastore/backups | jq -e '[.items[] | select(.origin == \"beforeRestore\")] | length == 1'"
before=$(api GET /datastore/backups | field '[.items[] | select(.origin == "beforeRestore")][0].name')
kept=2020-02-02T000000Z-uploaded.clusterd-backup # not an automatic one, so it stays
cp "$data/backups/$before" "$data/backups/$kept" && before=$kept
wait_for 20 "the other state to be removed" bash -c "! [ -e $data/server.other ]"
check "and forward again" matches '"state": ?"succeeded"' run POST "/datastore/backups/$before/restore" '{"backupFirst":false}'
check "the later state is back" gives second marker

# --- a state that the daemon cannot start with: back to the one before
mkdir "$scratch/bad" && tar --zstd -xf "$data/backups/$backup" -C "$scratch/bad"
printf 'no key' >"$scratch/bad/tls/server-ca.key"
python3 - "$scratch/bad" <<'PYTHON'
import hashlib, json, os, sys
folder = sys.argv[1]
manifest = json.load(open(folder + "/manifest.json"))
for item in manifest["files"]:
    if item["name"] == "tls/server-ca.key":
        content = open(folder + "/" + item["name"], "rb").read()
        item["sha256"], item["bytes"] = hashlib.sha256(content).hexdigest(), len(content)
json.dump(manifest, open(folder + "/manifest.json", "w"))
PYTHON
(cd "$scratch/bad" && tar --zstd -cf "$data/backups/2020-01-02T000000Z.clusterd-backup" manifest.json \
    $(jq -r '.files[].name' manifest.json))
check "a state that does not start is taken back" refuses '"state": ?"failed"' \
    run POST /datastore/backups/2020-01-02T000000Z.clusterd-backup/restore '{"backupFirst":false,"deadlineMs":20000}'
check "the state before is there" gives second marker
check "the server is well" still_up

# --- upgrades: the same program under another version's name
upgrade_program() { # VERSION: patches the texts of the version, which have one length
    sed "s/v0\.1\.0/v$1/g" "$clusterd" >"$data/upgrades/$1/clusterd" && chmod 755 "$data/upgrades/$1/clusterd"
}
offer() { # VERSION KUBERNETES [SHA256]
    mkdir -p "$data/upgrades/$1"
    upgrade_program "$1"
    jq -n --arg v "$1" --arg k "$2" --arg s "${3:-$(sha256sum "$data/upgrades/$1/clusterd" | cut -d' ' -f1)}" \
        '{version: $v, kubernetesVersion: $k, file: "clusterd", sha256: $s}' >"$data/upgrades/$1/version.json"
}
offer 0.1.1 v1.36.9
offer 0.1.2 v1.36.9 "$(printf x | sha256sum | cut -d' ' -f1)"
offer 0.0.9 v1.35.0
offer 0.9.0 v1.39.0
check "versions are listed, newest first" gives "0.9.0 0.1.2 0.1.1 0.0.9" \
    bash -c "curl -sS --unix-socket $socket http://x/appliance/v1/upgrades | jq -r '[.items[].version] | join(\" \")'"
check "an older one is refused" refuses 'older than' api POST /upgrades/0.0.9
check "one that skips a minor version is refused" refuses 'skips a minor version' api POST /upgrades/0.9.0
check "one with another checksum is not taken" refuses 'is not what its description says' run POST /upgrades/0.1.2
check "it is staged alone when that is wished" matches '"state": ?"succeeded"' run POST /upgrades/0.1.1 '{"stageOnly":true}'
check "the daemon runs the new version then" matches '"state": ?"succeeded"' run POST /upgrades/0.1.1
version() { api GET /status | field .product.version; }
check "it says so" gives v0.1.1 version
check "it is the same process" kill -0 "$server_pid"
check "only one automatic back-up is kept, the last" gives '["beforeUpgrade"]' bash -c "
    curl -sS --unix-socket $socket http://x/appliance/v1/datastore/backups |
        jq -c '[.items[].origin | select(startswith(\"before\"))]'"
check "how it went is told" bash -c "
    curl -sS --unix-socket $socket http://x/appliance/v1/upgrades | jq -e '.last.state == \"confirmed\" and .last.to == \"0.1.1\"'"
stop_clusterd
start_clusterd --disable-agent
wait_for 60 "the API" still_up
check "the installed program hands over to it" gives v0.1.1 version
# A program that says its version and does not serve: back to the one before.
mkdir -p "$data/upgrades/0.1.3"
printf '#!/bin/sh\n[ "$1" = --version ] && echo clusterd v0.1.3 && exit 0\nexit 3\n' >"$data/upgrades/0.1.3/clusterd"
chmod 755 "$data/upgrades/0.1.3/clusterd"
jq -n --arg s "$(sha256sum "$data/upgrades/0.1.3/clusterd" | cut -d' ' -f1)" \
    '{version: "0.1.3", kubernetesVersion: "v1.36.9", file: "clusterd", sha256: $s}' >"$data/upgrades/0.1.3/version.json"
id=$(api POST /upgrades/0.1.3 '{"backupFirst":false}' | field .id)
gone() { ! kill -0 "$server_pid" 2>/dev/null; }
wait_for 60 "the bad version to end" gone
wait "$server_pid" || true
start_clusterd --disable-agent # as the service manager does
wait_for 60 "the API after the bad version" still_up
check "a version that ends is taken back" gives v0.1.1 version
wait_for 20 "the operation's end" ended "$id"
check "and told as failed" gives failed bash -c "curl -sS --unix-socket $socket http://x/appliance/v1/operations/$id | jq -r .state"

# --- support bundles: everything of use, and no secrets
kubectl create secret generic hidden --from-literal=password=tell-nobody-4711 >/dev/null
kubectl create configmap secretive --from-literal=note=tell-nobody-4711 >/dev/null
kubectl create deployment web --image=docker.io/coracle/hello:0.1 --dry-run=client -o json |
    jq '.spec.template.spec.containers[0] += {env: [{name: "KEY", value: "in-the-clear-0815"}], args: ["--p=tell-nobody-4711"]}' |
    kubectl apply -f - >/dev/null
token=$(api POST /tokens '{"description":"for the bundle"}' | field .join.token)
wait_for 20 "the pod" bash -c "kubectl get pods -o name | grep -q web"
check "a bundle is made" matches '"state": ?"succeeded"' run POST /supportbundles
bundle=$(api GET /supportbundles | field '.items[0].name')
curl -sS --fail --unix-socket "$socket" "http://x/appliance/v1/supportbundles/$bundle/content" | tar -xz -C "$scratch"
folder=$scratch/${bundle%.tar.gz}
for file in status.json configuration.json clusterd.log.jsonl objects/pods.jsonl objects/events.jsonl objects/nodes.jsonl \
    datastore.json disks.json machine/proc/version; do
    check "it has $file" test -e "$folder/$file"
done
check "pods are told" grep -q '"name":"web-' "$folder/objects/pods.jsonl"
no_secrets() {
    local secret status=0
    {
        printf '%s\n' tell-nobody-4711 in-the-clear-0815 "$(printf tell-nobody-4711 | base64)" "${token##*.}"
        cat "$data/server/token" "$data/server/cred/admin.token"
        kubectl get secrets -A -o json | jq -r '.items[].data // {} | .["token-secret"] // empty'
        sed -n 2p "$data/server/tls/server-ca.key"
    } >"$scratch/secrets"
    while read -r secret; do
        [ -z "$secret" ] || ! grep -rqF -- "$secret" "$folder" || { echo "found: $secret"; status=1; }
    done <"$scratch/secrets"
    return $status
}
check "no secret is in it" no_secrets
check "it is deleted" api DELETE "/supportbundles/$bundle"

# --- storage
check "storage tells disks and parts" bash -c "curl -sS --unix-socket $socket http://x/appliance/v1/storage | jq -e '
    (.disks | length) > 0 and .dataFolder.bytes > 0 and ([.dataFolder.parts[].name] | contains([\"datastore\", \"backups\", \"other\"]))'"
mkdir -p "$data/storage/pvc-lost" && head -c 100000 /dev/zero >"$data/storage/pvc-lost/file"
check "what could go is told" bash -c "curl -sS --unix-socket $socket http://x/appliance/v1/storage | jq -e '
    [.reclaimable[] | select(.what == \"orphanedVolumes\")][0] | .count == 1 and .bytes >= 100000'"
check "a kind that there is not" refuses 'there is no everything' api POST /storage/cleanup '{"what":["everything"]}'
check "it goes" matches '"freedBytes": ?1[0-9]{5}' run POST /storage/cleanup '{"what":["orphanedVolumes","uploads"]}'
check "only it" bash -c "! [ -e $data/storage/pvc-lost ] && [ -d $data/storage ]"

# --- killed at any moment: the one state or the other, never a mixture
for round in 1 2 3 4 5 6; do
    state=$(marker)
    to=$([ "$state" = first ] && echo "$before" || echo "$backup")
    api POST "/datastore/backups/$to/restore" '{"backupFirst":false,"deadlineMs":60000}' >/dev/null
    sleep "$((RANDOM % 2)).$((RANDOM % 10))" # any moment
    stop_clusterd KILL
    start_clusterd --disable-agent
    wait_for 60 "the API after the kill" still_up
    settled() { ! api GET /operations 2>/dev/null | jq -e '.items[] | select(.state == "running")' >/dev/null; }
    wait_for 60 "the end of the restore" settled
    wait_for 60 "the API" still_up
    after=$(marker)
    check "killed in a restore, $state -> $after: one state or the other" gives \
        "$([ "$after" = second ] && echo "namespace/late")" kubectl get namespace late -o name --ignore-not-found
done

finish
