#!/usr/bin/env bash
# The controllers and the scheduler lead by Leases: a killed server takes its own back at once, a stopped one gives them
# free, and nothing acts while somebody else holds them.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lease() { kubectl -n kube-system get lease "$1" -o "jsonpath={.spec.$2}"; }
is_held() { [ -n "$(lease "$1" holderIdentity)" ]; }
holds() { [ "$(lease "$1" holderIdentity)" = "$2" ]; }
# Controllers act when a new namespace gets its service account.
controllers_act() {
    kubectl create namespace "$1" >/dev/null
    wait_for 30 "the service account of $1" kubectl -n "$1" get serviceaccount default
}

start_api
wait_for 30 "the controllers' lease" is_held kube-controller-manager
wait_for 30 "the scheduler's lease" is_held kube-scheduler
identity=$(lease kube-controller-manager holderIdentity)
acquired=$(lease kube-controller-manager acquireTime)
check "both are held by this server" holds kube-scheduler "$identity"
check "its name is in the identity" test "${identity%%_*}" = node-1
check "controllers act" controllers_act first
check "an Event tells" bash -c "kubectl -n kube-system get events | grep -q 'became leader'"

stop_clusterd KILL
start_clusterd --disable-agent
wait_for 60 "the API to be ready" api_is_ready
check "a killed server leads again" controllers_act second
check "under the same identity" holds kube-controller-manager "$identity"
check "without a transition" gives "$acquired" lease kube-controller-manager acquireTime
check "that is counted" gives 0 lease kube-controller-manager leaseTransitions

stop_clusterd
start_clusterd --disable-agent
wait_for 60 "the API to be ready" api_is_ready
check "a stopped server leads again" controllers_act third
check "it had given the lease free" gives 1 lease kube-controller-manager leaseTransitions

kubectl -n kube-system patch lease kube-controller-manager --type=merge \
    -p '{"spec":{"holderIdentity":"another","leaseDurationSeconds":5}}' >/dev/null
check "a lease that another let expire is taken" wait_for 60 "the lease" holds kube-controller-manager "$identity"
check "and controllers act" controllers_act fourth

stop_clusterd
start_clusterd --disable-agent --kube-controller-manager-arg leader-elect=false \
    --kube-scheduler-arg leader-elect-resource-name=another-scheduler
wait_for 60 "the API to be ready" api_is_ready
check "controllers act without an election" controllers_act fifth
check "their lease stays free" gives "" lease kube-controller-manager holderIdentity
check "the Lease can have another name" wait_for 30 "the lease" is_held another-scheduler

stop_clusterd
check "times that make no sense are refused" bash -c "! '$clusterd' server --data-dir '$data' --disable-agent \
    --kube-scheduler-arg leader-elect-lease-duration=5s >'$scratch/refused' 2>&1"
check "with words that say why" grep -q "leader-elect-lease-duration must be greater" "$scratch/refused"
finish
