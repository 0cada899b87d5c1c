#!/usr/bin/env bash
# Services and names: from the host, from pods, over node ports, and what happens to endpoints that are not ready.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# The resolver outside of the cluster, on a loopback address of its own.
resolver=127.$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1)).53
"$source_dir/tests/e2e/dns_server.py" "$resolver" outside.example 203.0.113.7 >"$scratch/resolver.log" 2>&1 &
companions+=($!)
echo "nameserver $resolver" >"$scratch/resolv.conf"
start_cluster --resolv-conf "$scratch/resolv.conf"
busybox=docker.io/coracle/busybox:0.1
kubectl apply -f "$source_dir/examples/hello.yaml" >/dev/null
kubectl -n hello rollout status deployment/hello --timeout=60s >/dev/null
kubectl -n hello run box --image=$busybox --restart=Never -- sh -c 'while :; do sleep 1; done' >/dev/null
kubectl -n hello wait pod/box --for=condition=Ready --timeout=60s >/dev/null
ns() { kubectl -n hello "$@"; }
in_pod() { kubectl -n hello exec box -- "$@"; }
ip=$(ns get service hello -o jsonpath='{.spec.clusterIP}')
node_ip=$(kubectl get node node-1 -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address}' | cut -d' ' -f1)

check "cluster IP from a pod" matches 'Hello from Coracle' in_pod timeout 5 wget -qO- "http://$ip/"
spread() { in_pod sh -c 'for i in $(seq 60); do timeout 5 wget -qO- "http://'"$ip"'/env?name=HELLO_POD"; echo; done' | grep . | sort -u | wc -l; }
check "  is spread over the ready pods" gives 3 spread
check "the short name" matches 'Hello' in_pod timeout 5 wget -qO- http://hello/
check "name and namespace" matches 'Hello' in_pod timeout 5 wget -qO- http://hello.hello/
check "the full name" matches 'Hello' in_pod timeout 5 wget -qO- http://hello.hello.svc.cluster.local/
check "nslookup" matches "$ip" in_pod nslookup -type=a hello.hello.svc.cluster.local
check "SRV" matches '80 hello.hello.svc.cluster.local' in_pod nslookup -type=srv _http._tcp.hello.hello.svc.cluster.local
check "PTR" matches 'hello.hello.svc.cluster.local' in_pod nslookup -type=ptr "$(echo "$ip" | awk -F. '{print $4"."$3"."$2"."$1".in-addr.arpa"}')"
check "an unknown name" refuses 'NXDOMAIN|resolve' in_pod nslookup -type=a nonsense.hello.svc.cluster.local
kubectl -n hello create service clusterip headless --clusterip=None --tcp=8080 >/dev/null
kubectl -n hello patch service headless -p '{"spec":{"selector":{"app":"hello"}}}' >/dev/null
headless() { in_pod nslookup -type=a headless.hello.svc.cluster.local | grep -c '^Address: '; }
check "a headless service shows its pods" wait_for 20 "three addresses" bash -c "[ \"\$(kubectl -n hello exec box -- nslookup -type=a headless.hello.svc.cluster.local | grep -c '^Address: ')\" = 3 ]"
check "an outside name" matches '203.0.113.7' in_pod timeout 20 nslookup -type=a outside.example
check "  that does not exist" refuses 'NXDOMAIN' in_pod timeout 20 nslookup -type=a nowhere.example
kill "${companions[0]}" && wait "${companions[0]}" 2>/dev/null || true
check "  ends in an answer when the resolver is gone" refuses 'SERVFAIL|resolve|REFUSED' in_pod timeout 20 nslookup -type=a other.example

ns patch service hello -p '{"spec":{"type":"NodePort"}}' >/dev/null
node_port=$(ns get service hello -o jsonpath='{.spec.ports[0].nodePort}')
check "node port" wait_for 10 "the node port" curl -sS --max-time 2 "http://$node_ip:$node_port/healthz"

pod=$(ns get pods -l app=hello -o jsonpath='{.items[0].metadata.name}')
pod_ip=$(ns get pod "$pod" -o jsonpath='{.status.podIP}')
endpoints() { ns get endpoints hello -o jsonpath='{.subsets[*].addresses[*].ip}'; }
curl -sS --max-time 5 "http://$pod_ip:8080/readyz?set=off" >/dev/null
check "a pod that is not ready leaves the endpoints" wait_for 30 "the endpoint to go" bash -c "! kubectl -n hello get endpoints hello -o jsonpath='{.subsets[*].addresses[*].ip}' | grep -qw $pod_ip"
two_answer() { [ "$(spread)" = 2 ]; }
check "  and gets no requests soon after" wait_for 10 "two pods to answer" two_answer
curl -sS --max-time 5 "http://$pod_ip:8080/readyz?set=on" >/dev/null
check "  and comes back" wait_for 30 "the endpoint to come back" bash -c "kubectl -n hello get endpoints hello -o jsonpath='{.subsets[*].addresses[*].ip}' | grep -qw $pod_ip"

ns scale deployment hello --replicas=0 >/dev/null
refused() { local code=0; curl -sS --max-time 5 "http://$ip/" >/dev/null 2>&1 || code=$?; [ "$code" = 7 ]; } # 7: the connection was refused, 28 would be silence
check "a service without endpoints refuses" wait_for 60 "connections to be refused" refused
ns run lonely --image=docker.io/coracle/hello:0.1 --port=8080 --labels=app=lonely --overrides='{"spec":{"containers":[{"name":"lonely","image":"docker.io/coracle/hello:0.1","ports":[{"containerPort":8080,"hostPort":31999}]}]}}' >/dev/null
ns wait pod/lonely --for=condition=Ready --timeout=60s >/dev/null
check "host port" wait_for 10 "the host port" curl -sS --max-time 2 "http://$node_ip:31999/healthz"
finish
