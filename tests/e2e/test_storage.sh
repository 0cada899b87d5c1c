#!/usr/bin/env bash
# Volumes: the local-path provisioner (data outlives pods and the daemon; Delete, Retain), static local volumes, one pod
# at a time, groups, sub-paths, growing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
storage=$scratch/storage
start_cluster --default-local-storage-path "$storage"
busybox=docker.io/coracle/busybox:0.1
forever='command: [sh, -c, "trap exit TERM; while :; do sleep 0.2; done"]'
field() { kubectl get "$1" "$2" -o "jsonpath=$3"; } # KIND NAME PATH
volume_of() { field pvc "$1" '{.spec.volumeName}'; }
phase_is() { [ "$(field "$1" "$2" '{.status.phase}')" = "$3" ]; }
gone() { ! kubectl get "$@" >/dev/null 2>&1; }
has_event() { kubectl get events -A | grep -qF -- "$1"; }
ready() { kubectl wait --for=condition=Ready "pod/$1" --timeout=60s >/dev/null; }
has_path() { [ -e "$1" ]; }
lacks_path() { [ ! -e "$1" ]; }
claim() { # NAME [further lines of spec]
    kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1}
spec:
  accessModes: [${3:-ReadWriteOnce}]
  resources: {requests: {storage: 16Mi}}
  ${2:-}
YAML
}
pod() { # NAME CLAIM [further lines of spec]
    kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  terminationGracePeriodSeconds: 1
  ${3:-}
  containers:
  - name: c
    image: $busybox
    $forever
    volumeMounts:
    - {name: data, mountPath: /data}
    - {name: data, mountPath: /part, subPath: a/part}
  volumes: [{name: data, persistentVolumeClaim: {claimName: $2}}]
YAML
}

wait_for 30 "the storage class" kubectl get storageclass local-path >/dev/null 2>&1
check "local-path is the default class" matches 'local-path \(default\) +rancher.io/local-path +Delete +WaitForFirstConsumer' kubectl get storageclass
check "its configuration names the folder" matches "\"$storage\"" kubectl -n kube-system get configmap local-path-config -o 'jsonpath={.data.config\.json}'

# A StatefulSet's data.
kubectl apply -f - >/dev/null <<YAML
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {fsGroup: 4711}
      containers:
      - name: c
        image: $busybox
        $forever
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 16Mi}}}
YAML
check "a StatefulSet gets its volumes" kubectl rollout status statefulset/db --timeout=60s
volume=$(volume_of data-db-0)
folder=$storage/${volume}_default_data-db-0
check "bound, of the standard name" gives "pvc-$(field pvc data-db-0 '{.metadata.uid}') Bound" field pvc data-db-0 '{.spec.volumeName} {.status.phase}'
check "a local volume on this node" gives "$folder node-1" field pv "$volume" '{.spec.local.path} {.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}'
check "in a folder that is closed to others" gives 700 stat -c %a "$storage"
check "events tell how it came" wait_for 10 "the events" has_event "Successfully provisioned volume $volume"
check "and what it waited for" wait_for 10 "the event" has_event "waiting for first consumer to be created before binding"
kubectl exec db-0 -- sh -c 'echo precious >/data/file'
check "files belong to fsGroup" gives 4711 stat -c %g "$folder/file"
kubectl delete pod db-0 >/dev/null
check "the pod comes again" kubectl rollout status statefulset/db --timeout=60s
check "with its data" gives precious kubectl exec db-0 -- cat /data/file
stop_clusterd KILL
start_clusterd --default-local-storage-path "$storage"
wait_for 60 "the node to be Ready again" node_is_ready
check "the data outlives kill -9" gives precious kubectl exec db-0 -- cat /data/file
check "bindings stay" gives "$volume" volume_of data-db-0

# Reclaim policies.
kubectl delete statefulset db >/dev/null
kubectl delete pvc data-db-0 --timeout=60s >/dev/null
check "Delete removes the volume" wait_for 30 "the volume to go" gone pv "$volume"
check "and its directory" lacks_path "$folder"
other=$storage/$(volume_of data-db-1)_default_data-db-1
check "but not the other's" has_path "$other"
kubectl apply -f - >/dev/null <<YAML
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: keep, annotations: {defaultVolumeType: hostPath}}
provisioner: rancher.io/local-path
reclaimPolicy: Retain
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
YAML
claim kept "storageClassName: keep"
pod writer kept
check "a pod with a hostPath volume" ready writer
volume=$(volume_of kept)
folder=$storage/${volume}_default_kept
kubectl exec writer -- sh -c 'echo here >/part/file'
check "sub-paths lie in the volume" gives here cat "$folder/a/part/file"
kubectl patch pvc kept --type=merge -p '{"spec":{"resources":{"requests":{"storage":"32Mi"}}}}' >/dev/null
grown() { [ "$(field pvc kept '{.status.capacity.storage}')" = 32Mi ]; }
check "a claim grows where its class allows it" wait_for 30 "the claim to grow" grown
kubectl delete pod writer >/dev/null
kubectl delete pvc kept --timeout=60s >/dev/null
check "Retain keeps the volume" wait_for 30 "the volume to be Released" phase_is pv "$volume" Released
check "and the data" gives here cat "$folder/a/part/file"
kubectl delete pv "$volume" --timeout=60s >/dev/null
check "also when the volume is deleted" has_path "$folder/a/part/file"

# Static local volumes.
mkdir -p "$scratch/disk"
kubectl apply -f - >/dev/null <<YAML
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: static}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk, labels: {kind: ssd}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: static
  local: {path: $scratch/disk}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node-1]}]}]}}
YAML
claim chosen $'storageClassName: static\n  selector: {matchLabels: {kind: ssd}}'
check "a static volume waits for a pod" wait_for 10 "the volume" phase_is pv disk Available
pod user chosen
check "and is bound by its labels" ready user
check "to the claim" gives disk volume_of chosen
kubectl delete pod user >/dev/null
kubectl delete pvc chosen --timeout=60s >/dev/null
check "its data stays" wait_for 30 "the volume to be Released" phase_is pv disk Released

# One pod at a time.
claim single "storageClassName: local-path" ReadWriteOncePod
pod first single
check "the first pod has it" ready first
pod second single
check "the second one waits" wait_for 30 "the reason" has_event "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
check "and is Pending" gives Pending field pod second '{.status.phase}'
kubectl delete pod first >/dev/null
check "until the first has gone" ready second

# A volume whose directory was lost is not made again with nothing in it.
lost=$storage/$(volume_of single)_default_single
kubectl delete pod second >/dev/null
mv "$lost" "$lost.elsewhere"
pod third single
check "a lost directory is an error" wait_for 30 "the event" has_event "path \"$lost\" does not exist"
mv "$lost.elsewhere" "$lost"
check "that ends when it is back" ready third
finish
