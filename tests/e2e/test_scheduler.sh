#!/usr/bin/env bash
# Where pods go: a configuration file with a second profile and an extender over HTTP, the words for pods that fit
# nowhere, gates, preemption, spreading, devices. Besides the real node there are some that are only objects.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
busybox=docker.io/coracle/busybox:0.1
extender_port=$(pick_port)

start_extender() {
    python3 "$source_dir/tests/e2e/scheduler_extender.py" "$extender_port" "$scratch/extender.log" &
    extender_pid=$!
    companions+=("$extender_pid")
    wait_for 10 "the extender" eval "! port_free $extender_port"
}
stop_extender() { kill "$extender_pid" && { wait "$extender_pid" 2>/dev/null || true; }; }

cat >"$scratch/scheduler.yaml" <<YAML
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
podMaxBackoffSeconds: 1
profiles:
- schedulerName: default-scheduler
- schedulerName: packing
  plugins: {score: {disabled: [{name: "*"}], enabled: [{name: NodeResourcesFit}]}}
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
extenders:
- urlPrefix: http://127.0.0.1:$extender_port
  filterVerb: filter
  prioritizeVerb: prioritize
  weight: 100
  nodeCacheCapable: true
  httpTimeout: 5s
  managedResources: [{name: example.com/licence, ignoredByScheduler: true}]
YAML
start_extender
start_cluster --kube-scheduler-arg "config=$scratch/scheduler.yaml"

# A node that is only an object: nobody runs its pods, or deletes them gracefully.
make_node() { # NAME ZONE
    kubectl create -f - >/dev/null <<YAML
apiVersion: v1
kind: Node
metadata: {name: $1, labels: {kubernetes.io/hostname: $1, topology.kubernetes.io/zone: $2, pool: objects}}
status:
  capacity: {cpu: "8", memory: 16Gi, pods: "20"}
  allocatable: {cpu: "8", memory: 16Gi, pods: "20"}
  conditions: [{type: Ready, status: "True", reason: Test, message: made by hand}]
YAML
}
# Pods on the other nodes end at once, and stay there although the kubelet is silent.
# make_pod NAME CPU FURTHER-SPEC [FURTHER-METADATA [FURTHER-RESOURCES]]
make_pod() {
    kubectl create -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, ${4:-}}
spec:
  terminationGracePeriodSeconds: ${grace:-0}
  tolerations:
  - {key: node.kubernetes.io/not-ready, operator: Exists}
  - {key: node.kubernetes.io/unreachable, operator: Exists}
  containers:
  - {name: c, image: $busybox, command: [sleep, "100000"], resources: {requests: {cpu: "$2"}, ${5:-}}}
$(printf '%s' "$3" | sed 's/^/  /')
YAML
}
objects='nodeSelector: {pool: objects}'
node_of() { kubectl get pod "$1" -o 'jsonpath={.spec.nodeName}'; }
placed() { [ -n "$(node_of "$1")" ]; }
is_on() { wait_for 20 "a node for $1" placed "$1" && gives "$2" node_of "$1"; }
is_running() { wait_for 30 "$1 to run" matches '^Running$' kubectl get pod "$1" -o 'jsonpath={.status.phase}'; }
is_gone() { ! kubectl get pod "$1" >/dev/null 2>&1; }
reason_of() { kubectl get pod "$1" -o 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].message}'; }
events_of() { # POD REASON
    kubectl get events --field-selector "involvedObject.name=$1,reason=$2" -o 'jsonpath={range .items[*]}{.message}{"\n"}{end}'
}
# The pod waits, and both its condition and an event say why: waits POD PATTERN
waits() {
    wait_for 20 "the reason of $1" matches "$2" reason_of "$1" &&
        wait_for 20 "an event of $1" matches "$2" events_of "$1" FailedScheduling && gives "" node_of "$1"
}

make_node one z1
make_node two z2

# Profiles
make_pod here 100m 'nodeSelector: {kubernetes.io/hostname: node-1}'
check "a pod runs on the real node" is_running here
check "an event tells its node" matches '^Successfully assigned default/here to node-1$' events_of here Scheduled
make_pod ballast 4 'nodeSelector: {kubernetes.io/hostname: two}'
check "a pod goes where its node selector says" is_on ballast two
make_pod loose 1 "$objects"
check "the default profile prefers the emptier node" is_on loose one
for i in 1 2 3; do
    make_pod "packed-$i" 500m "$objects"$'\nschedulerName: packing'
    check "the profile packing fills the fuller node, $i" is_on "packed-$i" two
done
make_pod strange 100m 'schedulerName: nobody'

# The extender
licence='limits: {example.com/licence: "1"}'
make_pod licensed 100m "" "" "$licence"
check "an extender's scores decide" is_on licensed one
make_pod refused 100m "" "labels: {licence: none}" "$licence"
check "an extender's refusal is told" waits refused '^0/3 nodes are available: 3 no licence for this pod\.'
check "the extender is only asked for pods of its resource" matches '^(filter|prioritize) (licensed|refused)$' sort -u "$scratch/extender.log"
check "it was asked for nothing else" refuses '^$' grep -vE '^(filter|prioritize) (licensed|refused)$' "$scratch/extender.log"
stop_extender
make_pod unanswered 100m "" "" "$licence"
check "a pod waits while the extender is away" wait_for 20 "an event" matches . events_of unanswered FailedScheduling
check "other pods don't" eval 'make_pod other 100m "$objects" && wait_for 20 "a node" placed other'
start_extender
check "it gets its node when the extender is back" wait_for 60 "a node" placed unanswered

# Pods that fit nowhere
make_pod huge 1000 ""
check "too little CPU" waits huge '^0/3 nodes are available: 3 Insufficient cpu\. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling\.$'
make_pod picky 100m 'nodeSelector: {disk: gold}'
check "no node with the label" waits picky "^0/3 nodes are available: 3 node\(s\) didn't match Pod's node affinity/selector\."
kubectl taint node one two key=value:NoSchedule >/dev/null
make_pod clean 100m "$objects"
check "taints" waits clean "^0/3 nodes are available: 1 node\(s\) didn't match Pod's node affinity/selector, 2 node\(s\) had untolerated taint\(s\)\."
kubectl taint node two key- >/dev/null
check "a taint that goes makes room" is_on clean two
kubectl taint node one key- >/dev/null
kubectl label node one disk=gold >/dev/null
check "a label that comes makes room" is_on picky one

# Gates
make_pod gated 100m $'schedulingGates: [{name: example.com/paid}]\n'"$objects"
check "a gate holds the pod" wait_for 20 "the reason" matches '^SchedulingGated$' kubectl get pod gated \
    -o 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}'
check "without a node" gives "" node_of gated
kubectl patch pod gated --type json -p '[{"op":"remove","path":"/spec/schedulingGates"}]' >/dev/null
check "without the gate it gets one" wait_for 20 "a node" placed gated

# Preemption on the real node: either pod needs more than half of it.
kubectl create priorityclass important --value 1000 >/dev/null
most="$(($(kubectl get node node-1 -o 'jsonpath={.status.allocatable.cpu}') * 700))m"
real='nodeSelector: {kubernetes.io/hostname: node-1}'
grace=1
make_pod low "$most" "$real"
check "an unimportant pod runs" is_running low
make_pod patient "$most" "$real"
check "one of the same priority waits" waits patient '^0/3 nodes are available: 1 Insufficient cpu, 2 node\(s\) didn'
kubectl delete pod patient --wait=false >/dev/null
make_pod high "$most" "$real"$'\npriorityClassName: important'
check "an important pod takes its place" is_running high
check "the other is gone" wait_for 20 "its end" is_gone low
check "an event tells why" matches '^Preempted by pod .* on node node-1$' events_of low Preempted

grace=0

# Anti-affinity and spreading
apart=$'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: apart}}}]}}\n'"$objects"
make_pod apart-1 100m "$apart" "labels: {app: apart}"
make_pod apart-2 100m "$apart" "labels: {app: apart}"
check "pods that keep apart" eval 'wait_for 20 "a node" placed apart-1 && wait_for 20 "a node" placed apart-2 && [ "$(node_of apart-1)" != "$(node_of apart-2)" ]'
make_pod apart-3 100m "$apart" "labels: {app: apart}"
check "a third one waits" waits apart-3 "2 node\(s\) didn't match pod anti-affinity rules"
kubectl delete pod apart-1 --wait=false >/dev/null
check "until one of them goes" wait_for 20 "a node" placed apart-3
spread=$'topologySpreadConstraints: [{maxSkew: 1, minDomains: 3, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: spread}}}]\n'"$objects"
for i in 1 2 3; do make_pod "spread-$i" 100m "$spread" "labels: {app: spread}"; done
zones_filled() { [ "$(kubectl get pods -l app=spread -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort | xargs)" = "$1" ]; }
check "pods that spread over zones" wait_for 20 "their nodes" zones_filled "one two"
waiting() { kubectl get pods -l app=spread -o json | jq -r '.items[] | select(.spec.nodeName == null) | .metadata.name'; }
check "one too many waits" waits "$(waiting)" "2 node\(s\) didn't match pod topology spread constraints"
make_node three z3
check "until there is a third zone" wait_for 20 "their nodes" zones_filled "one three two"

# Devices that stand for an extended resource
kubectl create -f - >/dev/null <<YAML
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: gpu}
spec: {extendedResourceName: example.com/gpu, selectors: [{cel: {expression: device.driver == "gpu.example.com"}}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: gpus-of-two}
spec:
  driver: gpu.example.com
  nodeName: two
  pool: {name: two, generation: 1, resourceSliceCount: 1}
  devices: [{name: gpu-0}]
YAML
make_pod render 100m "" "" 'limits: {example.com/gpu: "1"}'
check "a pod goes where the device is" is_on render two
claim=$(kubectl get pod render -o 'jsonpath={.status.extendedResourceClaimStatus.resourceClaimName}')
check "its claim has the device" gives gpu-0 kubectl get resourceclaim "$claim" -o 'jsonpath={.status.allocation.devices.results[0].device}'
make_pod render-more 100m "" "" 'limits: {deviceclass.resource.kubernetes.io/gpu: "1"}'
check "another one waits" waits render-more '^0/4 nodes are available: 4 cannot allocate all claims\.'
kubectl delete pod render --wait=false >/dev/null
check "until the device is free" is_on render-more two
check "the first claim is gone" wait_for 20 "its end" refuses 'not found' kubectl get resourceclaim "$claim"

check "a pod of an unknown scheduler is left alone" gives "" eval 'node_of strange; events_of strange FailedScheduling'
finish
