#!/usr/bin/env bash
# What dies on a node: containerd, a sandbox, a shim, a container; and images that cannot be had. Nothing else suffers.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
busybox=docker.io/coracle/busybox:0.1
ctr_() { CLUSTERD_DATA_DIR=$data "$clusterd" ctr -n k8s.io "$@"; }
run() { kubectl run "$1" --image=$busybox "${@:2}" -- sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done' >/dev/null; }
field() { kubectl get pod "$1" -o "jsonpath=$2"; }
restarts() { field "$1" '{.status.containerStatuses[0].restartCount}'; }
ready() { kubectl wait "pod/$1" --for=condition=Ready --timeout=60s; }
container_id() { field "$1" '{.status.containerStatuses[0].containerID}' | sed 's|.*//||'; }
sandbox_id() { # POD
    ctr_ containers list -q "labels.\"io.kubernetes.pod.name\"==$1,labels.\"io.cri-containerd.kind\"==sandbox" | tail -n 1
}
task_pid() { ctr_ tasks list | awk -v id="$1" '$1 == id { print $2 }'; }
containerd_pid() { pgrep -f "^[^ ]*containerd --config $data/agent/etc/containerd/config.toml" | head -n 1; }
state() { # POD...
    for pod in "$@"; do echo "$(container_id "$pod") $(field "$pod" '{.status.containerStatuses[0].state.running.startedAt}') $(restarts "$pod")"; done
}

for pod in steady other frail; do run $pod; done
for pod in steady other frail; do ready $pod >/dev/null; done

echo "--- containerd"
before=$(state steady other)
pids=$(for pod in steady other; do task_pid "$(container_id $pod)"; done)
for round in 1 2; do
    old=$(containerd_pid)
    kill -9 "$old"
    another_runs() { local pid; pid=$(containerd_pid) && [ -n "$pid" ] && [ "$pid" != "$old" ]; }
    check "containerd killed, round $round: it is started again" wait_for 30 "containerd" another_runs
    still() { local pid; for pid in $pids; do kill -0 "$pid" || return 1; done; }
    check "  the containers' processes go on" still
    works() { [ "$(kubectl exec steady -- echo hi 2>/dev/null)" = hi ]; }
    check "  exec works again" wait_for 30 "exec" works
    check "  the node is Ready" node_is_ready
    check "  the containers are the same" gives "$before" state steady other
done
check "  the log says so" grep -qE "warning containerd: process $old .*(killed|signal 9|SIGKILL)" "$scratch/clusterd.log"
run afterwards
check "  a new pod can be run" ready afterwards
check "  and one be deleted" kubectl delete pod afterwards --timeout=30s

echo "--- Parts of a pod"
restarted() { [ "$(restarts "$1")" = "$2" ] && [ "$(field "$1" '{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }
kill -9 "$(task_pid "$(container_id frail)")"
check "a killed container is restarted" wait_for 30 "the restart" restarted frail 1
check "  and its end is told" gives '137 Error' field frail '{.status.containerStatuses[0].lastState.terminated.exitCode} {.status.containerStatuses[0].lastState.terminated.reason}'
old=$(sandbox_id other)
kill -9 "$(task_pid "$old")"
check "a killed sandbox is made anew" wait_for 60 "the new sandbox" bash -c "kubectl get pod other -o jsonpath='{.status.containerStatuses[0].restartCount}' | grep -qx 1"
check "  the pod is Ready" ready other
check "  with its network" test -n "$(field other '{.status.podIP}')"
check "  exec works" gives hi kubectl exec other -- echo hi
check "  and it says so" matches SandboxChanged kubectl get events --field-selector involvedObject.name=other
old_gone() { [ -z "$(task_pid "$old")" ]; }
check "  the old one is gone" wait_for 60 "the old sandbox to go" old_gone
shim=$(ps -o ppid= -p "$(task_pid "$(container_id frail)")" | tr -d ' ')
[[ $(tr '\0' ' ' <"/proc/$shim/cmdline") == *containerd-shim* ]] && kill -9 "$shim"
check "a pod whose shim was killed runs again" wait_for 90 "the restart" restarted frail 2
check "  the pod that nobody touched is the same" gives "$(head -n 1 <<<"$before")" state steady

echo "--- While clusterd is away"
container=$(container_id steady) pid=$(task_pid "$(container_id steady)")
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null || true
kill -9 "$pid"
start_clusterd
wait_for 60 "the node to be Ready" node_is_ready
check "a container that died meanwhile is restarted" wait_for 30 "the restart" restarted steady 1
check "  and its end is told" gives 137 field steady '{.status.containerStatuses[0].lastState.terminated.exitCode}'

echo "--- Images that cannot be had"
waiting() { kubectl get pod "$1" -o 'jsonpath={.status.containerStatuses[0].state.waiting.reason}' | grep -qxE "$2"; }
kubectl run unreachable --image=127.0.0.1:1/nonsense:1 >/dev/null
kubectl create -f - >/dev/null <<<'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"invalid"},"spec":{"containers":[{"name":"invalid","image":"UPPER//nonsense"}]}}'
kubectl run never --image=127.0.0.1:1/nonsense:1 --image-pull-policy=Never >/dev/null
check "a registry that does not answer" wait_for 60 "ErrImagePull" waiting unreachable 'ErrImagePull|ImagePullBackOff'
check "  backs off" wait_for 60 "ImagePullBackOff" waiting unreachable ImagePullBackOff
check "  and says why" matches 'Failed to pull image.*127.0.0.1:1' kubectl get events --field-selector involvedObject.name=unreachable
check "an invalid name" wait_for 30 "InvalidImageName" waiting invalid InvalidImageName
check "an image that must be there already" wait_for 30 "ErrImageNeverPull" waiting never ErrImageNeverPull
check "a pod that waits for its image can be mended" kubectl set image pod/unreachable "unreachable=$busybox"
mended() { waiting unreachable ErrImagePull || ! waiting unreachable ImagePullBackOff; }
check "  and then runs it" wait_for 60 "the new image" mended
check "pods that wait can be deleted" kubectl delete pod invalid never unreachable --timeout=30s
check "the others still run" gives "Running Running Running" bash -c "kubectl get pods steady other frail -o 'jsonpath={.items[*].status.phase}'"
finish
