#!/usr/bin/env bash
# Looking at things: get in all its forms, describe, events, logs, explain, auth.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
kubectl apply -f "$source_dir/examples/hello.yaml" >/dev/null
kubectl -n hello rollout status deployment/hello --timeout=60s >/dev/null
ns() { kubectl -n hello "$@"; }
minor=$(kubectl_minor)

check "get pods" matches '^hello-[a-z0-9]+-[a-z0-9]+ +1/1 +Running +0 ' ns get pods --no-headers
check "-o wide" matches 'node-1' ns get pods -o wide
check "-o yaml" matches 'apiVersion: apps/v1' ns get deployment hello -o yaml
check "-o json" matches '"kind": "Deployment"' ns get deployment hello -o json
check "jsonpath" gives 3 ns get deployment hello -o jsonpath='{.status.readyReplicas}'
check "custom-columns" matches '^hello +3' ns get deployments --no-headers -o custom-columns=NAME:.metadata.name,READY:.status.readyReplicas
check "label selector" gives 3 bash -c "kubectl -n hello get pods -l app=hello --no-headers | wc -l"
check "set-based selector" matches 'No resources found' ns get pods -l 'app notin (hello)'
check "field selector" gives 3 bash -c "kubectl -n hello get pods --field-selector spec.nodeName=node-1,status.phase=Running -o name | wc -l"
check "wrong field selector" refuses 'field label not supported' ns get pods --field-selector spec.nonsense=1
check "sort-by" matches '^NAME' ns get pods --sort-by=.metadata.creationTimestamp
check "chunk-size" gives 3 bash -c "kubectl -n hello get pods --chunk-size=1 --no-headers | wc -l"
check "all namespaces" matches '^hello ' kubectl get pods -A --no-headers
check "get all" matches 'replicaset.apps/hello' ns get all
check "describe pod with events" matches 'Started +.*[Ss]tarted container' ns describe pods -l app=hello
check "describe deployment with events" matches 'ScalingReplicaSet' ns describe deployment hello
check "describe node" matches 'Allocated resources' kubectl describe node node-1
check "describe service" matches 'Endpoints: +[0-9.]+:8080' ns describe service hello
watch_sees_change() {
    timeout 20 kubectl -n hello get deployment hello -w --output-watch-events -o name >"$scratch/watch" 2>&1 &
    local watcher=$!
    wait_for 10 "the watch to begin" grep -q hello "$scratch/watch"
    kubectl -n hello annotate deployment hello note=one --overwrite
    wait_for 10 "the watch to show the change" grep -q MODIFIED "$scratch/watch"
    kill $watcher 2>/dev/null || true
}
check "-w shows changes" watch_sees_change

pod=$(ns get pods -o jsonpath='{.items[0].metadata.name}')
check "logs" matches 'GET /readyz' ns logs "$pod"
check "logs --tail" gives 2 bash -c "kubectl -n hello logs $pod --tail=2 | wc -l"
check "logs --timestamps" matches '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T' ns logs "$pod" --timestamps --tail=1
check "logs --since" matches 'GET' ns logs "$pod" --since=60s
follows() { { timeout 15 kubectl -n hello logs -f "$pod" --tail=0 || true; } | head -n 1; } # the closed pipe ends kubectl
check "logs -f" matches 'GET' follows
check "logs of a deployment" matches 'GET' ns logs deployment/hello
check "logs of an unknown container" refuses 'container nonsense is not valid' ns logs "$pod" -c nonsense

check "auth can-i" gives yes kubectl auth can-i create pods
check "auth can-i as somebody" refuses '^no' kubectl auth can-i create pods --as=nobody
check "auth can-i --list" matches '\*\.\* +\[\] +\[\] +\[\*\]' kubectl auth can-i --list
if [ "$minor" -ge 28 ]; then
    check "auth whoami" matches 'system:masters' kubectl auth whoami
    check "events" matches 'SuccessfulCreate' ns events
else
    skip "auth whoami, events" "kubectl 1.$minor does not know them"
fi
proxied() {
    kubectl proxy --port=0 >"$scratch/proxy" 2>&1 &
    local proxy=$!
    wait_for 10 "kubectl proxy" grep -q 'Starting to serve' "$scratch/proxy"
    curl -sS "http://$(grep -oE '127[0-9.]+:[0-9]+' "$scratch/proxy")/api/v1/namespaces/hello" | grep -q '"kind": \?"Namespace"'
    local status=$?
    kill $proxy
    return $status
}
check "proxy" proxied
finish
