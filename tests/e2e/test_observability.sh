#!/usr/bin/env bash
# What monitoring asks: health, metrics, the log; and how a server goes down.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api --log-format json
raw() { kubectl get --raw "$@"; }

check "healthz" gives ok raw /healthz
check "livez, told at length" matches '^\[\+\]etcd ok$' raw '/livez?verbose'
check "  does not ask whether the caches are filled" bash -c "! kubectl get --raw '/livez?verbose' | grep -q informer-sync"
check "readyz, told at length" matches '^\[\+\]shutdown ok$' raw '/readyz?verbose'
check "  without a check" matches '^\[\+\]etcd excluded: ok$' raw '/readyz?verbose&exclude=etcd'
check "  without one that is not there" matches 'no matches for "nonsense"' raw '/readyz?verbose&exclude=nonsense'
check "a check alone" gives ok raw /readyz/etcd
check "a check that is not there" refuses 'could not find the requested resource' raw /readyz/nonsense
check "version" matches '"minor":"36"' raw /version

kubectl create configmap seen >/dev/null
raw /metrics >"$scratch/metrics"
metric() { grep -qE "^$1" "$scratch/metrics" || { grep -F "${1%%\\*}" "$scratch/metrics" | head -n 5; return 1; }; }
check "requests are counted" metric 'apiserver_request_total\{code="201",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"\} 1$'
check "  and timed" metric 'apiserver_request_duration_seconds_bucket\{.*resource="configmaps".*verb="POST".*le="\+Inf"\} 1$'
check "objects are counted" metric 'apiserver_resource_objects\{group="",resource="configmaps"\} '
check "the process" metric 'process_cpu_seconds_total [0-9]'
check "every line has the exposition format" bash -c "! grep -vqE '^(# (HELP|TYPE) [a-z_:]+ .*|[a-z_:]+(\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*\})? [-+0-9.eInfNa]+)$' '$scratch/metrics'"
check "the log is JSON" jq -es 'all(.time and .level and .component and .message)' "$scratch/clusterd.log"

# The end: what runs is brought to its end, what watches is told.
kubectl get configmaps --watch >"$scratch/watch" 2>&1 &
companions+=($!)
check "a watch is open" wait_for 10 "the watch's first line" grep -q seen "$scratch/watch"
for i in $(seq 20); do kubectl create configmap "last-$i" >>"$scratch/last" 2>&1 & companions+=($!); done
check "writes are under way" wait_for 20 "the first one" grep -q created "$scratch/last"
kill -TERM "$server_pid"
check "the server ends by itself" timeout 20 tail --pid="$server_pid" -f /dev/null
server_pid=
check "  soon" matches '"message":"stopped"' cat "$scratch/clusterd.log"
for pid in "${companions[@]:1}"; do wait "$pid" 2>/dev/null || true; done
start_clusterd --disable-agent
wait_for 60 "the API to be ready" api_is_ready
acknowledged() { # every write that was acknowledged is there
    for name in $(sed -nE 's|^configmap/(last-[0-9]+) created$|\1|p' "$scratch/last"); do kubectl get configmap "$name" >/dev/null || return 1; done
}
check "what was acknowledged is there" acknowledged
finish
