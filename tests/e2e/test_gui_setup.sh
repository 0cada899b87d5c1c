#!/usr/bin/env bash
# This device is set up by mouse and keyboard: a cluster of its own with a name and networks that were chosen, which
# the daemon restarts into; and what it needs to join another one.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/gui.sh"
[ -x "$coracle" ] || { echo "built without the front-end"; exit 0; }

# A daemon as a device starts it: everything but the place of its files is left to the set-up.
https_port=$(pick_port)
mkdir -p "$data/agent/images" "$scratch/etc"
cp "$CORACLE_BUILD_DIR/images/test/busybox.tar" "$data/agent/images/"
octet=$((200 + RANDOM % 18 * 3)) # three networks that the clusters of other tests do not take
printf 'cluster-cidr: 10.%s.0.0/16\nservice-cidr: 10.%s.0.0/16\n' $octet $((octet + 1)) >"$scratch/etc/config.yaml"
pods=10.$((octet + 2))
"$clusterd" server --config "$scratch/etc/config.yaml" --data-dir "$data" --https-listen-port "$https_port" \
    --write-kubeconfig "$KUBECONFIG" >>"$scratch/clusterd.log" 2>&1 &
server_pid=$!
start_display
wait_for 60 "the API to be ready" api_is_ready
start_gui
user sees "Everything works"

# A cluster of its own.
node_is_there() { [ -n "$(kubectl get nodes -o name)" ]; }
wait_for 60 "the node" node_is_there
former=$(kubectl get nodes -o 'jsonpath={.items[0].metadata.name}')
user opens "Set up this device"
user types edge-1 into "Name of this device in the cluster"
machine=$(ip -4 route show proto kernel scope link dev "$(ip -4 route show default | awk '{ print $5; exit }')" 2>/dev/null)
if [ "$machine" ]; then
    user types "${machine%.*.*/*}.0.0/16" into "Of pods" # has the machine's own network in it
    user sees "Something above must be mended first."
    picture clash
else
    skip "networks that clash" "this machine has no default route"
fi
user types $pods.0.0/16 into "Of pods"
user types edge.local into "Domain of names in the cluster"
user sees "The changes are valid."
picture cluster
user clicks button "Review…"
user sees "node-name: edge-1" "cluster-cidr: $pods.0.0/16"
picture review
user clicks button "Write and restart"
user sees "The cluster is ready."
picture ready
node_is() { kubectl get node edge-1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.spec.podCIDR}'; }
check "the node is there by its new name" wait_for 60 "the node" matches "^True $pods\." node_is
user opens "$former"
user clicks button Delete
user finds dialog "Delete Node $former?"
user clicks button Delete in dialog "Delete Node $former?"
check "  and by no other" wait_for 20 "the former node to go" gives edge-1 kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'
check "a pod runs in the new network" kubectl run probe --image=$busybox --restart=Never -- sleep 100000
running() { kubectl get pod probe -o 'jsonpath={.status.phase} {.status.podIP}' | grep -q "^Running $pods\."; }
check "  with an address of it" wait_for 60 "the pod" running
check "names are in the new domain" matches 'edge\.local' kubectl exec probe -- cat /etc/resolv.conf

# Joining another one.
user opens "Set up this device"
user clicks button "Join another"
user types https://192.0.2.77:6443 into Server
user types "K10$(printf "%064d" 7)::server:secret" into Token
user sees "clusterd agent --server https://192.0.2.77:6443"
picture join

end_gui
finish
