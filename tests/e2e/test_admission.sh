#!/bin/bash
# Admission, allocation and what the server keeps by itself, with kubectl on a real server.
. "$(dirname "$0")/lib.sh"

has_account() { kubectl -n "$1" get serviceaccount default >/dev/null 2>&1; }

refused_start() { # PATTERN ARGUMENT: the server must not start, and say why
    local output
    if output=$(timeout 20 "$clusterd" server --data-dir "$scratch/other" --disable-agent --https-listen-port "$(pick_port)" \
        --write-kubeconfig "$scratch/other.yaml" --kube-apiserver-arg "$2" 2>&1); then
        printf 'it started:\n%s\n' "$output"
        return 1
    fi
    grep -qE -- "$1" <<<"$output" || { printf 'no match for: %s\n%s\n' "$1" "$output"; return 1; }
}

check "an unknown argument is told" refused_start 'unknown flag: --enable-admision-plugins; did you mean --enable-admission-plugins\?' \
    enable-admision-plugins=X
check "an unknown plug-in is told" refused_start 'enable-admission-plugins plugin "PodSecurty" is unknown; did you mean "PodSecurity"\?' \
    enable-admission-plugins=PodSecurty

cat >"$scratch/admission.yaml" <<'YAML'
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    exemptions:
      namespaces: [trusted]
YAML

start_api --kube-apiserver-arg enable-admission-plugins=AlwaysPullImages \
    --kube-apiserver-arg default-not-ready-toleration-seconds=7 \
    --kube-apiserver-arg admission-control-config-file="$scratch/admission.yaml" \
    --kube-apiserver-arg profiling=false
wait_for 30 "the account" has_account default

check "arguments without effect are told" grep -q 'kube-apiserver-arg profiling: accepted, but without effect' "$scratch/clusterd.log"
check "the default ServiceCIDR is ready" matches True \
    kubectl get --raw /apis/networking.k8s.io/v1/servicecidrs/kubernetes
check "Service kubernetes has its address" matches '"name":"kubernetes"' \
    kubectl get --raw "/apis/networking.k8s.io/v1/ipaddresses/$(kubectl get service kubernetes -o 'jsonpath={.spec.clusterIP}')"
check "the server's Lease is there" matches '^apiserver-[a-z2-7]{26}' \
    kubectl -n kube-system get lease -l apiserver.kubernetes.io/identity=kube-apiserver -o 'jsonpath={.items[0].metadata.name}'
check "the hooks are told" matches 'poststarthook/start-service-ip-repair-controllers ok' kubectl get --raw '/readyz?verbose'

pod='{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"i","imagePullPolicy":"Never"}]}}'
check "a pod is admitted" kubectl apply -f - <<<"$pod"
check "AlwaysPullImages is on" gives Always kubectl get pod web -o 'jsonpath={.spec.containers[0].imagePullPolicy}'
check "toleration seconds are followed" matches '(^| )7( |$)' \
    kubectl get pod web -o 'jsonpath={.spec.tolerations[*].tolerationSeconds}'

check "a quota is made" kubectl create quota q --hard=pods=2,count/configmaps=9
used_pods() { [ "$(kubectl get quota q -o 'jsonpath={.status.used.pods}')" = "$1" ]; }
wait_for 20 "the count" used_pods 1
kubectl apply -f - >/dev/null <<<"${pod//web/two}"
check "a quota is kept" refuses 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2' \
    kubectl apply -f - <<<"${pod//web/three}"
kubectl delete pod two --now >/dev/null 2>&1
check "what was deleted comes back" wait_for 20 "the count" used_pods 1

kubectl create namespace strict >/dev/null
kubectl label namespace strict pod-security.kubernetes.io/enforce=restricted >/dev/null
wait_for 30 "the account" has_account strict
check "PodSecurity refuses" refuses 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false' \
    kubectl -n strict apply -f - <<<"$pod"
check "PodSecurity warns of workloads" matches 'would violate PodSecurity "restricted:latest"' \
    kubectl -n strict create deployment d --image=i
check "wrong levels are refused" refuses 'must be one of privileged, baseline, restricted' \
    kubectl label namespace default pod-security.kubernetes.io/enforce=strict
check "raised levels tell of pods" matches 'existing pods in namespace "default" violate the new PodSecurity enforce level' \
    kubectl label namespace default pod-security.kubernetes.io/enforce=restricted
kubectl create namespace trusted >/dev/null
kubectl label namespace trusted pod-security.kubernetes.io/enforce=restricted >/dev/null 2>&1
wait_for 30 "the account" has_account trusted
check "an exempt namespace is left alone" kubectl -n trusted apply -f - <<<"$pod"

check "a second ServiceCIDR is made" kubectl apply -f - <<'YAML'
{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"more"},"spec":{"cidrs":["10.250.0.0/24"]}}
YAML
ready_cidr() { kubectl get --raw /apis/networking.k8s.io/v1/servicecidrs/more | grep -q '"status":"True"'; }
wait_for 20 "the ServiceCIDR to be ready" ready_cidr
check "its addresses are given out" kubectl create service clusterip far --tcp=80 --clusterip=10.250.0.9
kubectl delete --wait=false --raw /apis/networking.k8s.io/v1/servicecidrs/more >/dev/null 2>&1 ||
    kubectl delete --raw /apis/networking.k8s.io/v1/servicecidrs/more >/dev/null
held_cidr() { kubectl get --raw /apis/networking.k8s.io/v1/servicecidrs/more | grep -q 'There are still IPAddresses'; }
check "a ServiceCIDR in use stays" wait_for 20 "the word" held_cidr
kubectl delete service far >/dev/null
gone_cidr() { ! kubectl get --raw /apis/networking.k8s.io/v1/servicecidrs/more >/dev/null 2>&1; }
check "and goes when it is free" wait_for 20 "it to go" gone_cidr

kubectl apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
YAML
check "a claim is protected" gives 'kubernetes.io/pvc-protection' kubectl get pvc data -o 'jsonpath={.metadata.finalizers[0]}'
check "and goes when nobody uses it" matches deleted kubectl delete pvc data --timeout=20s

address=$(kubectl get service kubernetes -o 'jsonpath={.spec.clusterIP}')
stop_clusterd
start_clusterd --disable-agent
wait_for 60 "the API to be ready" api_is_ready
check "a restart finds everything in order" bash -c "! grep -E 'is not allocated; repairing|appears to have leaked' '$scratch/clusterd.log'"
check "and addresses stay" gives "$address" kubectl get service kubernetes -o 'jsonpath={.spec.clusterIP}'

finish
