#!/usr/bin/env bash
# Tokens in Secrets, and what bootstrap tokens sign.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api
account_there() { kubectl get serviceaccount default >/dev/null 2>&1; }
wait_for 30 "the namespace's account" account_there
kubectl create serviceaccount robot >/dev/null
kubectl create clusterrolebinding robot --clusterrole=view --serviceaccount=default:robot >/dev/null
kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata: {name: robot-token, annotations: {kubernetes.io/service-account.name: robot}}
EOF
held() { kubectl get secret robot-token -o jsonpath="{.data.$1}" | base64 -d; }
filled() { [ -n "$(held token)" ]; }
check "a Secret for an account's token is filled" wait_for 20 "the token" filled
token=$(held token)
as_robot() { curl -sS --cacert "$scratch/ca.crt" -H "Authorization: Bearer $token" "https://127.0.0.1:$https_port$1"; }
extract_credentials
check "  the token opens the API" matches '"kind": ?"PodList"' as_robot /api/v1/pods
check "  as far as the account may" matches '"reason": ?"Forbidden"' as_robot /api/v1/secrets
check "  the CA stands beside it" matches 'BEGIN CERTIFICATE' held 'ca\.crt'
check "  and the namespace" gives default held namespace
kubectl delete serviceaccount robot >/dev/null
gone() { ! kubectl get secret robot-token >/dev/null 2>&1; }
check "  it goes with its account" wait_for 20 "the Secret to go" gone
check "  and opens nothing any more" matches '"code": ?401' as_robot /api/v1/pods

kubectl -n kube-public create configmap cluster-info --from-literal=kubeconfig=hello >/dev/null
kubectl -n kube-system create secret generic bootstrap-token-abcdef --type=bootstrap.kubernetes.io/token \
    --from-literal=token-id=abcdef --from-literal=token-secret=0123456789abcdef \
    --from-literal=usage-bootstrap-signing=true >/dev/null
signature() { kubectl -n kube-public get configmap cluster-info -o jsonpath='{.data.jws-kubeconfig-abcdef}'; }
signed() { [ -n "$(signature)" ]; }
check "cluster-info is signed by bootstrap tokens" wait_for 20 "the signature" signed
url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
expected() {
    local header
    header=$(printf '{"alg":"HS256","kid":"abcdef"}' | url)
    printf '%s..%s' "$header" "$(printf '%s.%s' "$header" "$(printf hello | url)" |
        openssl dgst -sha256 -hmac 0123456789abcdef -binary | url)"
}
check "  as RFC 7515 has it" gives "$(expected)" signature
kubectl -n kube-system delete secret bootstrap-token-abcdef >/dev/null
unsigned() { [ -z "$(signature)" ]; }
check "  until the token is gone" wait_for 20 "the signature to go" unsigned
finish
