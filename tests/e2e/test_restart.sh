#!/usr/bin/env bash
# kill -9 of clusterd: containers go on and are adopted, and no acknowledged write is lost.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kills=${CORACLE_KILLS:-50}
start_cluster
kubectl apply -f "$source_dir/examples/hello.yaml" >/dev/null
kubectl -n hello rollout status deployment/hello --timeout=60s >/dev/null
containers() { kubectl -n hello get pods -l app=hello -o jsonpath='{range .items[*]}{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].state.running.startedAt} {.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort; }
before=$(containers)
ip=$(kubectl -n hello get service hello -o jsonpath='{.spec.clusterIP}')

# Writes one ConfigMap after the other over one connection and notes each that was acknowledged.
writer() {
    local i=0
    while [ ! -e "$scratch/stop" ]; do
        i=$((i + 1))
        if curl -sS --max-time 5 -o /dev/null -w '%{http_code}\n' --cacert "$scratch/ca.crt" --cert "$scratch/client.crt" --key "$scratch/client.key" \
            -H 'Content-Type: application/json' -d "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"w-$i\"}}" \
            "https://127.0.0.1:$https_port/api/v1/namespaces/default/configmaps" 2>/dev/null | grep -qx 201; then
            echo "w-$i" >>"$scratch/acknowledged"
        fi
    done
}
for part in certificate-authority-data:ca.crt client-certificate-data:client.crt client-key-data:client.key; do
    sed -n "s/.*${part%%:*}: //p" "$KUBECONFIG" | base64 -d >"$scratch/${part##*:}"
done
writer &
writer_pid=$!
for ((kill_number = 1; kill_number <= kills; ++kill_number)); do
    # At a random moment: after a random number of further acknowledged writes.
    target=$(($(wc -l <"$scratch/acknowledged" 2>/dev/null || echo 0) + RANDOM % 12))
    wait_for 30 "writes to go on" bash -c "[ \$(cat '$scratch/acknowledged' 2>/dev/null | wc -l) -ge $target ]"
    kill -9 "$server_pid"
    wait "$server_pid" 2>/dev/null || true
    start_clusterd
done
wait_for 60 "the node to be Ready again" node_is_ready
touch "$scratch/stop"
wait "$writer_pid" || true

kubectl get configmaps -o name | sed 's|configmap/||' | sort >"$scratch/present"
lost() { sort "$scratch/acknowledged" | comm -23 - "$scratch/present" | wc -l; }
echo "$(wc -l <"$scratch/acknowledged") writes were acknowledged over $kills kills"
check "no acknowledged write is lost" gives 0 lost
check "the containers are the same" gives "$before" containers
check "the service answers" wait_for 20 "the service" curl -sS --max-time 2 "http://$ip/healthz"
kubectl -n hello scale deployment hello --replicas=4 >/dev/null
check "and the cluster works on" kubectl -n hello rollout status deployment/hello --timeout=60s
finish
