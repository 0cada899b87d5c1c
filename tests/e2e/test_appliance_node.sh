#!/usr/bin/env bash
# The part of the appliance API that is about a node's disks, on a real node: images and who uses them, local volumes,
# making room, and going back to an earlier state with pods on it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_cluster
socket=/run/clusterd-$(printf %s "$(realpath "$data")" | sha256sum | cut -c1-8)/clusterd.sock
busybox=docker.io/coracle/busybox:0.1

api() { # METHOD PATH [BODY]: prints the answer, fails on an error's code
    curl -sS --fail-with-body --max-time 60 --unix-socket "$socket" -X "$1" "http://x/appliance/v1$2" \
        ${3+-H Content-Type:application/json -d "$3"}
}
field() { jq -er "$1"; }
run() { # METHOD PATH [BODY]: an operation to its end
    local begun id
    begun=$(api "$@") || { printf '%s\n' "$begun"; return 1; }
    id=$(field .id <<<"$begun")
    wait_for 120 "operation $id" ended "$id" || return 1
    api GET "/operations/$id"
    [ "$(api GET "/operations/$id" | field .state)" = succeeded ]
}
ended() { api GET "/operations/$1" 2>/dev/null | jq -e '.state != "running"' >/dev/null; }
tells() { # PATH JQ-CONDITION
    local answer
    answer=$(api GET "$1") && jq -e "$2" <<<"$answer" >/dev/null || { printf '%s\n' "$answer"; return 1; }
}

kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Mi}}
---
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: $busybox
      command: [sh, -c, "dd if=/dev/zero of=/data/file bs=1024 count=300; sleep 3600"]
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
YAML
wait_for 60 "the pod" bash -c "kubectl get pod writer -o jsonpath={.status.phase} | grep -qx Running"

# --- images
check "images tell who uses them" tells /images \
    '[.items[] | select(.names | index("'$busybox'"))][0] | .usedBy[0].name == "writer" and .bytes > 0'
check "the pause image stays" tells /images '[.items[] | select(.names[] | test("pause"))][0].pinned'
check "an image in use is not removed" refuses 'pods use it, such as default/writer' \
    api DELETE "/images/${busybox//\//%2F}"
check "an unknown one is not found" refuses '"NotFound"' api DELETE /images/nothing:1
check "an unused one is removed" matches '"freedBytes": ?[1-9]' run DELETE /images/docker.io%2Fcoracle%2Fhello:0.1
check "it is gone" tells /images '[.items[].names[]] | index("docker.io/coracle/hello:0.1") == null'
check "it is imported from a file" matches '"images": ?\["docker.io/coracle/hello:0.1"\]' \
    run POST /images "{\"path\":\"$CORACLE_BUILD_DIR/images/hello.tar\"}"
check "it is there again" tells /images '[.items[].names[]] | index("docker.io/coracle/hello:0.1") != null'
size=$(stat -c %s "$CORACLE_BUILD_DIR/images/hello.tar")
upload=$(api POST /uploads "{\"name\":\"hello.tar\",\"bytes\":$size}" | field .id)
for ((at = 0; at < size; at += 2097152)); do
    tail -c +$((at + 1)) "$CORACLE_BUILD_DIR/images/hello.tar" | head -c 2097152 |
        curl -sS --fail-with-body --unix-socket "$socket" -X PUT --data-binary @- \
            "http://x/appliance/v1/uploads/$upload?offset=$at" >/dev/null
done
check "and from an upload" matches '"images": ?\["docker.io/coracle/hello:0.1"\]' run POST /images "{\"upload\":\"$upload\"}"
check "what is no archive is told" refuses '"state": ?"failed"' run POST /images "{\"path\":\"/etc/hostname\"}"
check "neither file nor upload" refuses 'either a path' api POST /images '{}'

# --- storage
check "the volume is told with its claim, pod and size" tells /storage \
    '.volumes[0] | .claim.name == "data" and .pods[0].name == "writer" and .usedBytes >= 300000 and (.orphaned | not)'
check "parts of the data folder have sizes" tells /storage \
    '[.dataFolder.parts[] | select(.bytes > 0).name] | contains(["datastore", "images", "volumes", "logs"])'
check "unused images are what could go" tells /storage '[.reclaimable[] | select(.what == "unusedImages")][0] | .count >= 1'
mkdir -p "$data/agent/pod-logs/default_ghost_0000-dead/main" && echo line >"$data/agent/pod-logs/default_ghost_0000-dead/main/0.log"
check "room is made" matches '"what": ?"oldLogs", ?"bytes": ?[0-9]+, ?"count": ?1' \
    run POST /storage/cleanup '{"what":["unusedImages","oldLogs","deadContainers"]}'
check "unused images went" tells /images '[.items[].names[]] | index("docker.io/coracle/hello:0.1") == null'
check "used ones and pinned ones did not" tells /images \
    '[.items[].names[]] | (index("'$busybox'") != null) and (map(test("pause")) | any)'
check "the dead pod's logs went" bash -c "! [ -e $data/agent/pod-logs/default_ghost_0000-dead ]"
check "those of the living stay" kubectl logs writer

# --- going back with pods on the node
run POST /datastore/backups >/dev/null
backup=$(api GET /datastore/backups | field '.items[0].name')
container=$(kubectl get pod writer -o 'jsonpath={.status.containerStatuses[0].containerID}')
kubectl run later --image=$busybox --restart=Never --overrides='{"spec":{"terminationGracePeriodSeconds":1}}' -- sleep 3600 >/dev/null
wait_for 60 "the later pod" bash -c "kubectl get pod later -o jsonpath={.status.phase} | grep -qx Running"
check "the state before comes back, and the node is ready with it" matches '"state": ?"succeeded"' \
    run POST "/datastore/backups/$backup/restore" '{"backupFirst":false}'
wait_for 60 "the node" node_is_ready
check "the pod that was there runs on in its container" gives "$container" \
    kubectl get pod writer -o 'jsonpath={.status.containerStatuses[0].containerID}'
check "its volume is there" wait_for 30 "the kubelet to know the pod" kubectl exec writer -- test -s /data/file
check "the later pod is gone" refuses NotFound kubectl get pod later
no_later() { [ -z "$(find "$data/agent/pod-logs" -mindepth 1 -maxdepth 1 -name 'default_later_*')" ]; }
check "and is removed from the node" wait_for 60 "the later pod's end" no_later

finish
