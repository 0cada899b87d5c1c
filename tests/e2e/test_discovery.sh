#!/usr/bin/env bash
# What a user sees first: versions, nodes, discovery, health.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster

check "version" matches 'Server Version: .*v1\.36' kubectl version
check "get nodes is Ready" matches '^node-1 +Ready +.*control-plane' kubectl get nodes --no-headers
check "get nodes -o wide shows the runtime" matches 'containerd://' kubectl get nodes -o wide
check "api-resources" matches '^deployments +deploy +apps/v1 +true +Deployment' kubectl api-resources
check "api-resources of a verb" matches 'pods' kubectl api-resources --verbs=list,watch --namespaced -o name
check "api-versions" matches '^apps/v1$' kubectl api-versions
check "explain" matches 'rollingUpdate' kubectl explain deployment.spec.strategy
check "explain --recursive" matches 'containerPort' kubectl explain pod.spec.containers --recursive
check "cluster-info" matches 'control plane.* is running at' kubectl cluster-info
check "readyz" matches 'readyz check passed' kubectl get --raw '/readyz?verbose'
check "livez" gives ok kubectl get --raw /livez
check "healthz" gives ok kubectl get --raw /healthz
check "metrics" matches '^# TYPE' kubectl get --raw /metrics
check "openapi v3" matches 'apis/apps/v1' kubectl get --raw /openapi/v3
check "namespaces" matches 'kube-system' kubectl get namespaces
check "the kubernetes service" matches 'ClusterIP' kubectl get service kubernetes
check "an unknown resource" refuses "the server doesn't have a resource type" kubectl get nonsense
check "an unknown object" refuses 'Error from server \(NotFound\): pods "nonsense" not found' kubectl get pod nonsense
finish
