#!/usr/bin/env bash
# What nodes and pods use, as kubectl top shows it, and autoscaling by it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster --kube-controller-manager-arg horizontal-pod-autoscaler-sync-period=5s \
    --kube-controller-manager-arg horizontal-pod-autoscaler-cpu-initialization-period=1s \
    --kube-controller-manager-arg horizontal-pod-autoscaler-initial-readiness-delay=1s
busybox=docker.io/coracle/busybox:0.1
raw() { kubectl get --raw "$@"; }

check "the node's pods have a network" matches '^10\.[0-9.]+/24$' kubectl get node node-1 -o jsonpath='{.spec.podCIDR}'
check "the ttl of caches is told" gives 0 kubectl get node node-1 -o jsonpath='{.metadata.annotations.node\.alpha\.kubernetes\.io/ttl}'
check "the API is discovered" matches 'metrics.k8s.io/v1beta1' kubectl api-versions
check "  with its resources" matches 'PodMetrics' kubectl api-resources --api-group=metrics.k8s.io
check "  and readers' role" matches 'metrics.k8s.io' kubectl get clusterrole view -o json

kubectl create namespace load >/dev/null
kubectl config set-context --current --namespace=load >/dev/null
kubectl apply -f - >/dev/null <<EOF
apiVersion: apps/v1
kind: Deployment
metadata: {name: busy}
spec:
  replicas: 1
  selector: {matchLabels: {app: busy}}
  template:
    metadata: {labels: {app: busy}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: worker
        image: $busybox
        command: [sh, -c, 'while :; do :; done']
        resources: {requests: {cpu: 20m, memory: 8Mi}, limits: {cpu: 100m}}
      - name: beside
        image: $busybox
        command: [sh, -c, 'while :; do sleep 1; done']
        resources: {requests: {cpu: 10m}}
EOF
kubectl rollout status deployment/busy --timeout=60s >/dev/null
measured() { kubectl top pods -l app=busy --no-headers 2>/dev/null | grep -q busy; }
check "pods are measured" wait_for 60 "the first rate" measured
node_measured() { kubectl top node node-1 >/dev/null 2>&1; }
check "  and nodes" wait_for 60 "the first rate of the node" node_measured
check "kubectl top nodes" matches '^node-1 +[0-9]+m +[0-9]+% +[0-9]+Mi +[0-9]+%' kubectl top nodes
check "kubectl top pods" matches '^busy-[a-z0-9-]+ +[1-9][0-9]*m +[0-9]+Mi' kubectl top pods
check "  of all namespaces" matches '^load +busy-' kubectl top pods -A
check "  sorted" matches '^busy-' kubectl top pods --sort-by=cpu --no-headers
check "  by container" matches '^busy-[a-z0-9-]+ +worker +[1-9][0-9]*m' kubectl top pods --containers
check "  by label" matches 'No resources found' kubectl top pods -l app=other
check "  by name" refuses 'pods "load/nobody" not found|"nobody" not found' kubectl top pod nobody
check "as a table" matches 'WINDOW' kubectl get pods.metrics.k8s.io
check "as documented" matches 'KIND: +PodMetrics' kubectl explain pods --api-version=metrics.k8s.io/v1beta1
busy_cpu() { raw /apis/metrics.k8s.io/v1beta1/namespaces/load/pods | jq -r '.items[0].containers[] | select(.name=="worker").usage.cpu'; }
check "the rate is that of the limit" matches '^(7|8|9|10|11|12)[0-9]+([0-9]m|[0-9]{4}u|[0-9]{7}n)$|^[0-9]+[mun]$' busy_cpu

summary() { raw /api/v1/nodes/node-1/proxy/stats/summary; }
summary >/dev/null; sleep 1.2
check "the kubelet's summary has rates" jq -e '[.pods[].containers[] | select(.name=="worker").cpu.usageNanoCores] | add > 10000000' <(summary)
check "  memory, disks and logs" jq -e '.pods[] | select(.podRef.name | startswith("busy")) | .containers[0] | .memory.workingSetBytes > 0 and .rootfs.capacityBytes > 0 and has("logs")' <(summary)
check "  and the pod's network" jq -e '.pods[] | select(.podRef.name | startswith("busy")) | .network.name == "eth0" and .network.interfaces[0].txBytes >= 0' <(summary)
check "the kubelet's cAdvisor metrics" matches 'container_cpu_usage_seconds_total\{cpu="total",container="worker"' raw /api/v1/nodes/node-1/proxy/metrics/cadvisor
check "  and those for metrics-server" matches '^container_start_time_seconds\{container="worker"' raw /api/v1/nodes/node-1/proxy/metrics/resource

kubectl autoscale deployment busy --cpu-percent=50 --min=1 --max=3 >/dev/null
replicas() { [ "$(kubectl get deployment busy -o jsonpath='{.spec.replicas}')" = "$1" ]; }
check "a busy deployment is scaled up" wait_for 90 "three replicas" replicas 3
check "  for its CPU use" matches 'New size: 3; reason: cpu resource utilization' kubectl get events --field-selector reason=SuccessfulRescale -o jsonpath='{.items[*].message}'
check "  as the autoscaler tells" matches '"ScalingActive".*"True"|ValidMetricFound' kubectl get hpa busy -o jsonpath='{.status.conditions}'
kubectl apply -f - >/dev/null <<EOF
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: queue}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: busy}
  minReplicas: 1
  maxReplicas: 3
  metrics:
  - type: External
    external: {metric: {name: queue_length}, target: {type: Value, value: "5"}}
EOF
kubectl delete hpa busy >/dev/null
told() { kubectl get hpa queue -o jsonpath='{.status.conditions}' | grep -q 'unable to fetch metrics from external metrics API'; }
check "an external metric that nobody serves is told" wait_for 60 "the condition" told

stop_clusterd
start_clusterd --disable metrics-server
wait_for 60 "the API to be ready" api_is_ready
check "without the metrics-server" refuses 'Metrics API not available' kubectl top nodes
finish
