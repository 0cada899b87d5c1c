#!/usr/bin/env bash
# What the front-end's pod pages do with real containers: logs, shells, port-forwards.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
program=$CORACLE_BUILD_DIR/tests/app/pods/pod_streams
[ -x "$program" ] || { echo "built without the front-end"; exit 0; }
start_cluster
busybox=docker.io/coracle/busybox:0.1
kubectl run talker --image=$busybox --restart=Never -- sh -c 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.2; done' >/dev/null
kubectl run dying --image=$busybox --restart=Always -- sh -c 'echo "last words"; exit 3' >/dev/null
kubectl create deployment many --replicas=2 --image=$busybox -- sh -c 'while :; do echo "$HOSTNAME"; sleep 0.3; done' >/dev/null
kubectl create deployment hello --image=docker.io/coracle/hello:0.1 --port=8080 >/dev/null
kubectl wait pod/talker --for=condition=Ready --timeout=60s >/dev/null
kubectl rollout status deployment/many --timeout=60s >/dev/null
kubectl rollout status deployment/hello --timeout=60s >/dev/null
restarted() { [ "$(kubectl get pod dying -o 'jsonpath={.status.containerStatuses[0].restartCount}')" -ge 1 ]; }
wait_for 60 "the dying pod to restart" restarted

socket=$(ss -xlpn | grep "pid=$server_pid," | grep -oE '/run/clusterd[^ ]*/clusterd\.sock' | head -n 1)
pod=$(kubectl get pods -l app=hello -o 'jsonpath={.items[0].metadata.name}')
run() { CORACLE_SOCKET=$socket CORACLE_HELLO_POD=$pod timeout 120 "$program" "$1"; }
for case in followsALog readsThePreviousLife mergesAWorkload opensAShell forwardsAPort; do
    check "$case" run $case
done
finish
