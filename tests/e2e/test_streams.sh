#!/usr/bin/env bash
# What goes through the kubelet: exec, attach, cp, port-forward, run -it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
busybox=docker.io/coracle/busybox:0.1
kubectl run box --image=$busybox --restart=Never -- sh -c 'while :; do sleep 1; done' >/dev/null
kubectl create deployment web --image=docker.io/coracle/hello:0.1 --port=8080 >/dev/null
kubectl expose deployment web --port=80 --target-port=8080 >/dev/null
kubectl wait pod/box --for=condition=Ready --timeout=60s >/dev/null
kubectl rollout status deployment/web --timeout=60s >/dev/null

check "exec" gives hi kubectl exec box -- echo hi
exit_code() { local code=0; kubectl exec box -- sh -c 'exit 7' 2>/dev/null || code=$?; echo $code; }
check "exec passes the exit code on" gives 7 exit_code
check "exec -i" gives 'from here' bash -c 'echo from here | kubectl exec -i box -- cat'
check "exec -it" matches 'tty' script -qec "kubectl exec -it box -- sh -c 'test -t 0 && echo tty'" /dev/null
check "exec of a missing program" refuses 'not found|no such file' kubectl exec box -- /nonsense
big() { kubectl exec box -- sh -c 'head -c 3000000 /dev/zero' | wc -c; }
check "exec with much output" gives 3000000 big

check "cp into a pod" kubectl cp "$source_dir/examples/hello.yaml" box:/tmp/hello.yaml
check "cp out of a pod" kubectl cp box:/tmp/hello.yaml "$scratch/copy.yaml"
check "  the copy is the same" cmp "$source_dir/examples/hello.yaml" "$scratch/copy.yaml"

forwarded() { # TARGET PORT
    : >"$scratch/forward" # what an earlier one said
    kubectl port-forward "$1" ":$2" >"$scratch/forward" 2>&1 &
    local forward=$! port status=0
    wait_for 10 "port-forward" grep -q 'Forwarding from 127' "$scratch/forward" || status=1
    port=$(grep -oE '127.0.0.1:[0-9]+' "$scratch/forward" | head -n 1)
    for _ in 1 2 3; do curl -sS --max-time 5 "http://$port/healthz" >/dev/null || status=1; done
    kill $forward
    return $status
}
check "port-forward to a pod" forwarded "$(kubectl get pods -l app=web -o name | head -n 1)" 8080
check "port-forward to a service" forwarded service/web 80
# The command takes its time, because what it says before kubectl has attached is only in the log.
check "run --rm -it" matches 'inside' script -qec "kubectl run once --rm -it --restart=Never --image=$busybox -- sh -c 'sleep 2; echo inside'" /dev/null
check "  it is gone" wait_for 30 "the pod to go" bash -c '! kubectl get pod once 2>/dev/null'
kubectl run talk --image=$busybox --restart=Never -i --attach=false -- sh -c 'while read line; do echo "got $line"; done' >/dev/null
kubectl wait pod/talk --for=condition=Ready --timeout=60s >/dev/null
attached() { (echo one; sleep 1) | timeout 10 kubectl attach -i talk 2>/dev/null || true; kubectl logs talk; }
check "attach" matches 'got one' attached
check "pod proxy" matches 'ok|healthy' kubectl get --raw "/api/v1/namespaces/default/services/web:80/proxy/healthz"
finish
