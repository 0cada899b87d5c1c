#!/usr/bin/env bash
# The life of pods: crashes, probes, out of memory, termination, init and sidecar containers.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
busybox=docker.io/coracle/busybox:0.1
field() { kubectl get pod "$1" -o jsonpath="$2"; }

kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: crash}
spec:
  containers: [{name: c, image: $busybox, command: [sh, -c, "echo started; exit 3"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: unlive}
spec:
  containers:
  - name: c
    image: docker.io/coracle/hello:0.1
    livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 2}
---
apiVersion: v1
kind: Pod
metadata: {name: oom}
spec:
  restartPolicy: Never
  containers:
  - name: c
    image: docker.io/coracle/busybox:0.1
    command: [sh, -c, "a=x; while :; do a=\$a\$a; done"]
    resources: {limits: {memory: 16Mi}}
---
apiVersion: v1
kind: Pod
metadata: {name: ordered}
spec:
  terminationGracePeriodSeconds: 20
  initContainers:
  - {name: first, image: $busybox, command: [sh, -c, "echo first >> /work/order"], volumeMounts: [{name: work, mountPath: /work}]}
  - {name: sidecar, image: $busybox, restartPolicy: Always, command: [sh, -c, "echo sidecar >> /work/order; while :; do sleep 1; done"],
     startupProbe: {exec: {command: [grep, -q, sidecar, /work/order]}, periodSeconds: 1}, volumeMounts: [{name: work, mountPath: /work}]}
  - {name: second, image: $busybox, command: [sh, -c, "echo second >> /work/order"], volumeMounts: [{name: work, mountPath: /work}]}
  containers:
  - {name: main, image: $busybox, command: [sh, -c, "echo main >> /work/order; trap 'echo term >> /host/end; exit 0' TERM; while :; do sleep 0.1; done"],
     lifecycle: {preStop: {exec: {command: [sh, -c, "echo prestop >> /host/end"]}}}, volumeMounts: [{name: work, mountPath: /work}, {name: host, mountPath: /host}]}
  volumes:
  - {name: work, emptyDir: {}}
  - {name: host, hostPath: {path: $scratch/host, type: DirectoryOrCreate}}
---
apiVersion: v1
kind: Pod
metadata: {name: stubborn}
spec:
  terminationGracePeriodSeconds: 2
  containers: [{name: c, image: $busybox, command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: unpullable}
spec:
  containers: [{name: c, image: "127.0.0.1:1/nothing:1"}]
YAML

check "init and sidecar containers run in order" kubectl wait pod/ordered --for=condition=Ready --timeout=60s
check "  first, sidecar, second, main" gives "first sidecar second main" bash -c "kubectl exec ordered -c main -- cat /work/order | paste -sd' '"
check "a crashing container is reported" wait_for 40 "the crash loop" bash -c "kubectl get pod crash --no-headers | grep -qE 'CrashLoopBackOff'"
check "  with its exit code" gives 3 field crash '{.status.containerStatuses[0].lastState.terminated.exitCode}'
check "  and backs off" matches 'Back-off restarting failed container' kubectl get events --field-selector involvedObject.name=crash,reason=BackOff
check "logs --previous" matches started kubectl logs crash --previous
check "running out of memory is reported as such" wait_for 60 "OOMKilled" bash -c "kubectl get pod oom -o jsonpath='{.status.containerStatuses[0].state.terminated.reason}' | grep -qx OOMKilled"
check "  the pod failed" gives Failed field oom '{.status.phase}'
check "an image that can't be pulled" wait_for 60 "the pull to fail" bash -c "kubectl get pod unpullable --no-headers | grep -qE 'ErrImagePull|ImagePullBackOff'"

kubectl wait pod/unlive --for=condition=Ready --timeout=60s >/dev/null
curl -sS --max-time 5 "http://$(field unlive '{.status.podIP}'):8080/healthz?set=off" >/dev/null
check "a failing liveness probe restarts the container" wait_for 40 "the restart" bash -c "[ \"\$(kubectl get pod unlive -o jsonpath='{.status.containerStatuses[0].restartCount}')\" = 1 ]"
check "  and says so" matches 'Liveness probe failed' kubectl get events --field-selector involvedObject.name=unlive

check "a deleted pod gets preStop, then SIGTERM" kubectl delete pod ordered --timeout=40s
check "  in this order" gives "prestop term" bash -c "paste -sd' ' '$scratch/host/end'"
kubectl wait pod/stubborn --for=condition=Ready --timeout=60s >/dev/null
began=$SECONDS
check "a pod that ignores SIGTERM ends after its grace period" kubectl delete pod stubborn --timeout=30s
check "  not before, not much later" test $((SECONDS - began)) -ge 2 -a $((SECONDS - began)) -lt 20
finish
