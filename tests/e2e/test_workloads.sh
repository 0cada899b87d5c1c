#!/usr/bin/env bash
# The workload kinds besides Deployments: StatefulSet, DaemonSet, Job, CronJob, ReplicationController, and disruptions.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
busybox=docker.io/coracle/busybox:0.1
forever='command: [sh, -c, "trap exit TERM; while :; do sleep 0.2; done"]'
get() { kubectl get "$@"; }
names() { kubectl get pods -l "app=$1" -o 'jsonpath={range .items[*]}{.metadata.name} {end}' | xargs -n1 | sort | xargs; }

kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: $busybox, $forever}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: c, image: $busybox, $forever}]}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 2
  selector: {app: old}
  template:
    metadata: {labels: {app: old}}
    spec: {containers: [{name: c, image: $busybox, $forever}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: count}
spec:
  completions: 3
  parallelism: 2
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: $busybox, command: [sh, -c, "echo index \$JOB_COMPLETION_INDEX"]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: broken}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: $busybox, command: [sh, -c, "exit 3"]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: brief}
spec:
  ttlSecondsAfterFinished: 1
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: $busybox, command: ["true"]}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  timeZone: Europe/Berlin
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: c, image: $busybox, command: [echo, done]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: db}
spec: {minAvailable: 2, selector: {matchLabels: {app: db}}}
YAML

echo "--- StatefulSet"
check "becomes ready, in order" kubectl rollout status statefulset db --timeout=60s
check "its pods have names" gives 'db-0 db-1' names db
check "and keep them" bash -c "kubectl delete pod db-0 >/dev/null && kubectl rollout status statefulset db --timeout=60s"
check "  in DNS" matches 'Address' kubectl exec db-1 -- nslookup db-0.db.default.svc.cluster.local
check "scales" kubectl scale statefulset db --replicas=3
check "  up" kubectl rollout status statefulset db --timeout=60s
check "  down" bash -c "kubectl scale statefulset db --replicas=2 >/dev/null && kubectl wait --for=delete pod/db-2 --timeout=60s"
check "rolls" bash -c "kubectl set env statefulset/db A=B >/dev/null && kubectl rollout status statefulset db --timeout=90s"
check "  and back" bash -c "kubectl rollout undo statefulset/db >/dev/null && kubectl rollout status statefulset db --timeout=90s"

echo "--- DaemonSet"
check "runs on the node" kubectl rollout status daemonset agent --timeout=60s
check "counts" gives '1 1 1' get daemonset agent -o 'jsonpath={.status.desiredNumberScheduled} {.status.numberReady} {.status.updatedNumberScheduled}'
check "rolls" bash -c "kubectl set env daemonset/agent A=B >/dev/null && kubectl rollout status daemonset agent --timeout=60s"
check "keeps its history" matches '^2 ' kubectl rollout history daemonset agent

echo "--- ReplicationController"
check "keeps its pods" kubectl wait replicationcontroller old --for=jsonpath='{.status.readyReplicas}'=2 --timeout=60s
check "scales" bash -c "kubectl scale rc old --replicas=1 >/dev/null && kubectl wait rc old --for=jsonpath='{.status.replicas}'=1 --timeout=60s"

echo "--- Job"
check "completes" kubectl wait job count --for=condition=Complete --timeout=60s
check "counts" gives '3 0-2' get job count -o 'jsonpath={.status.succeeded} {.status.completedIndexes}'
check "gives each pod its index" gives '0 1 2' bash -c "kubectl logs -l job-name=count --prefix=false | sed 's/index //' | sort | xargs"
check "leaves no finalizer" gives '' kubectl get pods -l job-name=count -o 'jsonpath={.items[*].metadata.finalizers}'
check "fails at its limit" kubectl wait job broken --for=condition=Failed --timeout=60s
check "  and says why" gives BackoffLimitExceeded get job broken -o 'jsonpath={.status.conditions[?(@.type=="Failed")].reason}'
check "goes after its time" kubectl wait job brief --for=delete --timeout=60s
check "is made of a CronJob" kubectl create job now --from=cronjob/nightly
check "  and completes" kubectl wait job now --for=condition=Complete --timeout=60s
check "a CronJob can wait" matches '0 3 \* \* \*' kubectl get cronjob nightly

echo "--- Disruptions"
allowed() { [ "$(kubectl get pdb db -o 'jsonpath={.status.disruptionsAllowed}/{.status.expectedPods}/{.status.currentHealthy}')" = "$1" ]; }
check "no disruption is allowed" wait_for 30 "the budget" allowed 0/2/2
evict() { kubectl create --raw "/api/v1/namespaces/default/pods/$1/eviction" -f - <<<"{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"$1\"}}"; }
check "an eviction is refused" refuses "Cannot evict pod as it would violate the pod's disruption budget" evict db-0
kubectl patch pdb db --type=merge -p '{"spec":{"minAvailable":1}}' >/dev/null
check "one is allowed" wait_for 30 "the budget" allowed 1/2/2
check "and granted" matches Success evict db-0
check "the set is whole again" kubectl rollout status statefulset db --timeout=60s

echo "--- The end"
check "all goes with its owners" kubectl delete statefulset,daemonset,rc,job,cronjob --all --timeout=60s
none() { [ -z "$(kubectl get pods -o name)" ]; }
check "and the pods" wait_for 60 "the pods to go" none
finish
