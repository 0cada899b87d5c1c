#!/usr/bin/env bash
# The datastore over etcd's interface, with the real etcdctl: what the API writes is seen there, and the other way round.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v etcdctl >/dev/null || { echo "etcdctl is not installed (Debian package etcd-client)"; exit 1; }
export ETCDCTL_API=3
start_api
socket=$data/server/kine.sock
ctl() { etcdctl --endpoints="unix://$socket" --command-timeout=20s "$@"; }
revision() { ctl get / -w json | jq .header.revision; }
value() { ctl get --print-value-only "$@"; }

check "the socket is for root only" gives 600 stat -c %a "$socket"
check "the endpoint is healthy" matches "is healthy" ctl endpoint health
check "its status" matches '"version":"3\.6\.' ctl endpoint status -w json
check "its size" matches '^[1-9][0-9]*$' bash -c "etcdctl --endpoints=unix://$socket endpoint status -w json | jq '.[0].Status.dbSize'"
check "it is the leader of one member" matches "clusterd" ctl member list
check "no alarms" gives "" ctl alarm list
check "defragmenting is answered" matches "Finished defragmenting" ctl defrag
check "snapshots are not" refuses "Unimplemented" ctl snapshot save "$scratch/snapshot"

check "put" gives OK ctl put /t/a 1
check "get" gives 1 value /t/a
ctl put /t/b 2 >/dev/null
ctl put /t/c 3 >/dev/null
check "a prefix" gives $'/t/a\n1\n/t/b\n2\n/t/c\n3' bash -c "etcdctl --endpoints=unix://$socket get --prefix /t/"
check "a limit" gives $'/t/a\n1' ctl get --prefix --limit=1 /t/
check "keys only" gives $'/t/a\n\n/t/b\n\n/t/c' ctl get --prefix --keys-only /t/
check "in another order" gives $'/t/c\n3\n/t/b\n2\n/t/a\n1' ctl get --prefix --order=DESCEND /t/
check "a range" gives $'/t/a\n1\n/t/b\n2' ctl get /t/a /t/c
check "from a key on" matches '/t/c' ctl get --from-key --limit=1 /t/bb
at=$(revision)
ctl put /t/a 11 >/dev/null
check "an older revision" gives 1 value --rev="$at" /t/a
check "a revision to come" refuses "required revision is a future revision" ctl get --rev=999999 /t/a
check "the value before" gives $'OK\n/t/a\n11' ctl put --prev-kv /t/a 12
check "del" gives 1 ctl del /t/b
check "del of nothing" gives 0 ctl del /t/b
check "del of a prefix" gives 2 ctl del --prefix /t/

txn() { printf '%s\n\n%s\n\n%s\n\n' "$1" "$2" "$3" | ctl txn; }
check "create by a transaction" matches SUCCESS txn 'mod("/x/k") = "0"' 'put /x/k one' 'get /x/k'
check "only once" matches FAILURE txn 'mod("/x/k") = "0"' 'put /x/k two' 'get /x/k'
mod=$(ctl get /x/k -w json | jq '.kvs[0].mod_revision')
check "update by a transaction" matches SUCCESS txn "mod(\"/x/k\") = \"$mod\"" 'put /x/k two' 'get /x/k'
check "compare a value" matches SUCCESS txn 'value("/x/k") = "two"' 'del /x/k' 'get /x/k'
check "two keys are refused" refuses "unsupported transaction" txn 'mod("/x/k") = "0"' $'put /x/k 1\nput /x/l 1' 'get /x/k'

lease=$(ctl lease grant 2 | sed 's/^lease \([0-9a-f]*\) .*/\1/')
check "put with a lease" gives OK ctl put --lease="$lease" /l/short x
check "the lease knows its key" matches 'granted with TTL\(2s\).*attached keys\(\[/l/short\]\)' ctl lease timetolive --keys "$lease"
gone() { [ -z "$(ctl get "$1")" ]; }
check "the key ends with it" wait_for 20 "the key to end" gone /l/short
lease=$(ctl lease grant 600 | sed 's/^lease \([0-9a-f]*\) .*/\1/')
ctl put --lease="$lease" /l/long x >/dev/null
check "keep-alive" matches "keepalived with TTL\(600\)" ctl lease keep-alive --once "$lease"
check "lease list" matches "$lease" ctl lease list
check "revoke" matches revoked ctl lease revoke "$lease"
check "takes its keys along" gone /l/long
check "an ended lease" refuses "requested lease not found" ctl put --lease="$lease" /l/late x

at=$(revision)
ctl put /w/a 1 >/dev/null
ctl put /w/a 2 >/dev/null
ctl del /w/a >/dev/null
stdbuf -oL etcdctl --endpoints="unix://$socket" watch --prefix /w/ --rev=$((at + 1)) --prev-kv >"$scratch/watch" 2>&1 &
companions+=($!)
seen() { [ "$(tr -s '\n' ' ' <"$scratch/watch")" = "$1" ] || { cat "$scratch/watch"; return 1; }; }
check "a watch begins in history" wait_for 20 "events" seen 'PUT /w/a 1 PUT /w/a 1 /w/a 2 DELETE /w/a 2 /w/a '
ctl put /w/b live >/dev/null
check "and goes on" wait_for 20 "the next event" grep -q live "$scratch/watch"
check "compact" matches "compacted revision $at" ctl compact "$at"
check "older revisions are gone" refuses "required revision has been compacted" ctl get --rev=$((at - 1)) /w/a
check "twice" refuses "required revision has been compacted" ctl compact "$at"
check "a watch that begins there ends" matches "required revision has been compacted" \
    bash -c "timeout 20 etcdctl --endpoints=unix://$socket watch --rev=1 /w/a 2>&1 || true"
check "a lock is taken and left" timeout 60 etcdctl --endpoints="unix://$socket" lock /lock/one true

# What kubectl writes is seen under its key, and what is put there is an object of the API.
kubectl create configmap made-by-kubectl --from-literal=a=1 >/dev/null
key=/registry/configmaps/default/made-by-kubectl
check "kubectl's object" gives 1 bash -c "etcdctl --endpoints=unix://$socket get --print-value-only $key | jq -r .data.a"
check "at its resourceVersion" gives "$(kubectl get configmap made-by-kubectl -o 'jsonpath={.metadata.resourceVersion}')" \
    bash -c "etcdctl --endpoints=unix://$socket get -w json $key | jq '.kvs[0].mod_revision'"
stdbuf -oL kubectl get configmaps --watch-only -o name >"$scratch/kubectl-watch" 2>&1 &
companions+=($!)
object() { printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"default","uid":"7d0ff79b-3c9f-4d1c-a9b0-%012d","creationTimestamp":"2026-01-01T00:00:00Z"},"data":{"a":"%s"}}' "$1" "$2" "$3"; }
watching() { # the watch is there once it has told of something
    kubectl create configmap probe >/dev/null && sleep 0.1
    kubectl delete configmap probe >/dev/null
    grep -q configmap/probe "$scratch/kubectl-watch"
}
wait_for 20 "kubectl to watch" watching
ctl put /registry/configmaps/default/made-by-etcdctl "$(object made-by-etcdctl 1 one)" >/dev/null
check "etcdctl's object in the API" gives one kubectl get configmap made-by-etcdctl -o 'jsonpath={.data.a}'
check "and in its watches" wait_for 20 "the event" grep -qx configmap/made-by-etcdctl "$scratch/kubectl-watch"
ctl put /registry/configmaps/default/made-by-etcdctl "$(object made-by-etcdctl 1 two)" >/dev/null
check "its update" gives two kubectl get configmap made-by-etcdctl -o 'jsonpath={.data.a}'
check "kubectl changes it" kubectl label configmap made-by-etcdctl touched=yes
check "which etcdctl sees" gives yes bash -c "etcdctl --endpoints=unix://$socket get --print-value-only /registry/configmaps/default/made-by-etcdctl | jq -r .metadata.labels.touched"
ctl del /registry/configmaps/default/made-by-etcdctl >/dev/null
check "its deletion" refuses NotFound kubectl get configmap made-by-etcdctl
ctl put /registry/configmaps/default/rubbish 'no object' >/dev/null
check "rubbish is left out" refuses NotFound kubectl get configmap rubbish
check "the others are served" matches made-by-kubectl kubectl get configmaps -o name
said() { grep -c "value at /registry/configmaps/default/rubbish cannot be read" "$scratch/clusterd.log"; }
check "and named once" gives 1 said
stop_clusterd
check "the socket goes with the server" gives no bash -c "[ -e '$socket' ] && echo yes || echo no"
start_clusterd --disable-agent
wait_for 60 "the API to be ready" api_is_ready
check "after a restart" matches made-by-kubectl kubectl get configmaps -o name
check "the same revisions" gives 1 bash -c "etcdctl --endpoints=unix://$socket get --print-value-only $key | jq -r .data.a"
finish
