#!/usr/bin/env bash
# The example application: applied, rolled out, seen in containerd, reached through its service, and removed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_cluster
ns() { kubectl -n hello "$@"; }
ctr_() { CLUSTERD_DATA_DIR=$data "$clusterd" ctr "$@"; }

check "apply" kubectl apply -f "$source_dir/examples/hello.yaml"
check "rollout status" ns rollout status deployment/hello --timeout=60s
check "three pods run" gives "3" bash -c "kubectl -n hello get pods --field-selector=status.phase=Running --no-headers | wc -l"
check "containerd shows the containers" matches 'docker.io/coracle/hello' ctr_ -n k8s.io containers list
check "apply again changes nothing" matches 'deployment.apps/hello unchanged' kubectl apply -f "$source_dir/examples/hello.yaml"
check "diff of the same is empty" kubectl diff -f "$source_dir/examples/hello.yaml"

ip=$(ns get service hello -o jsonpath='{.spec.clusterIP}')
check "the service answers on the host" matches 'Hello from Coracle' curl -sS --max-time 5 "http://$ip/"
check "configuration as a file" matches 'A file from a ConfigMap' curl -sS --max-time 5 "http://$ip/file?path=/etc/hello/greeting.txt"
check "secret as a file" gives 'sesame' curl -sS --max-time 5 "http://$ip/file?path=/etc/hello-secret/password"
spread() { for _ in $(seq 60); do curl -sS --max-time 5 "http://$ip/env?name=HELLO_POD" && echo; done | grep . | sort -u | wc -l; }
check "requests are spread over the pods" gives 3 spread

check "ConfigMap changes reach the pods" ns patch configmap hello --type=merge -p '{"data":{"greeting.txt":"changed"}}'
check "  in the mounted file" wait_for 120 "the file to change" bash -c "curl -sS --max-time 5 http://$ip/file?path=/etc/hello/greeting.txt | grep -q changed"

# The network namespaces of this cluster's sandboxes.
for id in $(ctr_ -n k8s.io containers list -q); do ctr_ -n k8s.io containers info "$id"; done | grep -oE '/var/run/netns/cni-[0-9a-f-]+' | sort -u | sed 's|.*/||' >"$scratch/namespaces"
check "delete the namespace" kubectl delete namespace hello --timeout=90s
no_containers() { ! ctr_ -n k8s.io containers list | grep -q coracle/hello; }
check "no container is left" wait_for 20 "containers to go" no_containers
no_leftovers() {
    ! grep -E " $data/.*(volumes|rootfs)" /proc/self/mountinfo
}
check "no mount is left" wait_for 20 "mounts to go" no_leftovers
no_namespaces() { [ "$(ctr_ -n k8s.io containers list -q | wc -l)" = 0 ] && ! grep -E "netns/cni-" /proc/self/mountinfo | grep -qE "$(tr '\n' '|' <"$scratch/namespaces" | sed 's/|$//')"; }
check "no network namespace is left" wait_for 20 "network namespaces to go" no_namespaces
no_service_rules() { ! nft list ruleset | grep -qF "$ip"; }
check "no rule of the service is left" wait_for 10 "rules to go" no_service_rules
finish
