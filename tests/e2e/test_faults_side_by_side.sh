#!/usr/bin/env bash
# Two whole clusters on one machine that differ in data folder, port and kubeconfig only: neither disturbs the other.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
declare -A pids ports
ports=([a]=$(pick_port) [b]=$(pick_port))
[ "${ports[a]}" != "${ports[b]}" ] || ports[b]=$((ports[a] + 1))

start() { # NAME
    mkdir -p "$scratch/$1/agent/images"
    cp "$CORACLE_BUILD_DIR/images/test/busybox.tar" "$scratch/$1/agent/images/"
    "$clusterd" server --data-dir "$scratch/$1" --https-listen-port "${ports[$1]}" --write-kubeconfig "$scratch/$1.yaml" \
        >>"$scratch/$1.log" 2>&1 &
    pids[$1]=$!
}
stop_both() {
    local status=$? name
    set +e
    for name in "${!pids[@]}"; do
        [ "$failed" = 0 ] && [ "$status" = 0 ] || tail -n 20 "$scratch/$name.log"
        kill "${pids[$name]}" 2>/dev/null && wait "${pids[$name]}"
        timeout 60 "$clusterd" killall --data-dir "$scratch/$name" || true
    done
    (exit "$status")
    clean_up
}
trap stop_both EXIT

a() { kubectl --kubeconfig "$scratch/a.yaml" "$@"; }
b() { kubectl --kubeconfig "$scratch/b.yaml" "$@"; }
node_ready() { kill -0 "${pids[$1]}" || exit 1; $1 get nodes -o 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep -qx True; }
containers() { # NAME
    $1 get pods -A -o 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort
}
service() { $1 -n hello get service hello -o 'jsonpath={.spec.clusterIP}'; }
greets() { curl -sS --max-time 5 "http://$1/env?name=HELLO_POD" | grep '^hello-'; }
of_its_own() { # NAME: the pod that answers on the service's address is one of this cluster
    local pod
    pod=$(greets "$(service "$1")") && $1 -n hello get pod "$pod"
}

start a
start b
for name in a b; do
    check "$name: the node is Ready" wait_for 60 "the node of $name" node_ready $name
    $name apply -f "$source_dir/examples/hello.yaml" >/dev/null
    $name -n hello run box --image=docker.io/coracle/busybox:0.1 --restart=Never -- sh -c 'while :; do sleep 1; done' >/dev/null
done
for name in a b; do
    check "$name: pods run" $name -n hello rollout status deployment/hello --timeout=60s
    check "  and another" $name -n hello wait pod/box --for=condition=Ready --timeout=60s
    check "  the service answers on the host" of_its_own $name
    check "  and in a pod" $name -n hello exec box -- timeout 5 wget -qO- "http://$(service $name)/"
    check "  its name too" matches "$(service $name)" $name -n hello exec box -- nslookup -type=a hello.hello.svc.cluster.local
    check "  logs and exec work" matches 'GET' $name -n hello logs deployment/hello
done
different() { [ "$($1 a)" != "$($1 b)" ] || { echo "both: $($1 a)"; return 1; }; }
pod_cidr() { $1 get nodes -o 'jsonpath={.items[*].spec.podCIDR}'; }
check "the services have addresses of their own" different service
check "the pods have networks of their own" different pod_cidr
socket() { find /run -maxdepth 3 -name containerd.pid -exec grep -l "$(pgrep -f "containerd --config $scratch/$1/agent" | head -n 1)" {} +; }
check "the containerds have folders of their own" different socket

before=$(containers b)
a -n hello scale deployment hello --replicas=5 >/dev/null
a delete namespace hello --timeout=60s >/dev/null
check "what goes on in one does not touch the other" gives "$before" containers b
check "  whose service answers" of_its_own b
address=$(a get service kubernetes -o 'jsonpath={.spec.clusterIP}')
kill -9 "${pids[a]}"
wait "${pids[a]}" 2>/dev/null || true
check "killing one altogether" "$clusterd" killall --data-dir "$scratch/a"
no_rules() { ! nft list ruleset | grep -qwF "$address"; }
check "  leaves nothing of its own" no_rules
check "  leaves the other alone" gives "$before" containers b
check "  whose service answers" of_its_own b
check "  also in a pod" b -n hello exec box -- timeout 5 wget -qO- "http://$(service b)/"
check "  the node is still Ready" node_ready b
start a
check "and it can be started again" wait_for 60 "the node of a" node_ready a
finish
