#!/usr/bin/env bash
# kubectl apply --server-side: ownership, conflicts, force, and moving from client-side apply and back.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api

manifest() { # NAME REPLICAS IMAGE
    cat <<EOF
apiVersion: apps/v1
kind: Deployment
metadata:
  name: $1
spec:
  replicas: $2
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      containers:
      - {name: web, image: "$3"}
EOF
}
config() { # NAME KEY VALUE
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\ndata:\n  %s: "%s"\n' "$1" "$2" "$3"
}
apply() { # FLAG... (the manifest comes from stdin)
    kubectl apply "$@" -f -
}
# The owners of an object, one a line: manager/operation[/sub-resource].
owners() { # KIND/NAME
    kubectl get "$1" --show-managed-fields -o json |
        jq -r '.metadata.managedFields[]? | [.manager, .operation, .subresource // empty] | join("/")' | sort
}
owns() { # KIND/NAME MANAGER OPERATION JQ-PATH
    kubectl get "$1" --show-managed-fields -o json | jq -e --arg m "$2" --arg o "$3" \
        ".metadata.managedFields[] | select(.manager == \$m and .operation == \$o) | .fieldsV1 | $4 != null"
}

# Creating and applying again.
created() { manifest web 1 app:1 | apply --server-side; }
check "an apply creates" gives "deployment.apps/web serverside-applied" created
check "the applier owns what it applied" owns deployment/web kubectl Apply '."f:spec"."f:replicas"'
version() { kubectl get "$1" -o 'jsonpath={.metadata.resourceVersion}'; }
unchanged() {
    local before
    before=$(version deployment/web)
    manifest web 1 app:1 | apply --server-side >/dev/null
    [ "$(version deployment/web)" = "$before" ]
}
check "the same again changes nothing" unchanged
hidden() { ! kubectl get deployment web -o yaml | grep managedFields; }
check "owners are hidden unless asked for" hidden

# Conflicts.
other() { manifest web 3 app:1 | apply --server-side --field-manager=other "$@"; }
check "another applier is refused" refuses 'conflict with "kubectl": .spec.replicas' other
check "and may force it" gives "deployment.apps/web serverside-applied" other --force-conflicts
check "then it owns the field" owns deployment/web other Apply '."f:spec"."f:replicas"'
check "the value is its value" gives 3 kubectl get deployment web -o 'jsonpath={.spec.replicas}'
back() { manifest web 2 app:1 | apply --server-side; }
check "now the first one is refused" refuses 'conflict with "other": .spec.replicas' back
scaled() { kubectl scale deployment web --replicas=4 && owners deployment/web; }
check "kubectl scale owns the replicas through the sub-resource" matches 'Update/scale' scaled

# What an applier leaves out is removed, what others own stays.
pruned() {
    config m a 1 | apply --server-side && config m b 1 | apply --server-side --field-manager=two &&
        printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n' | apply --server-side &&
        [ "$(kubectl get configmap m -o 'jsonpath={.data}')" = '{"b":"1"}' ]
}
check "what an applier leaves out is removed" pruned
check "bad fields are refused" refuses 'field not declared in schema' \
    bash -c "printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndta: {}\n' | kubectl apply --server-side --validate=false -f -"
dry() { config m c 1 | apply --server-side --dry-run=server && gives '{"b":"1"}' kubectl get configmap m -o 'jsonpath={.data}'; }
check "a dry run changes nothing" dry

# From client-side apply to server-side apply.
config moved a 1 | apply >/dev/null
check "a client-side apply is an update" gives "kubectl-client-side-apply/Update" owners configmap/moved
moved() { config moved a 2 | apply --server-side; }
check "the first server-side apply takes it over without a conflict" gives "configmap/moved serverside-applied" moved
check "its fields are the applier's" owns configmap/moved kubectl Apply '."f:data"."f:a"'
check "the value is the new one" gives 2 kubectl get configmap moved -o 'jsonpath={.data.a}'
annotation() { kubectl get configmap moved -o json | jq -r '.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] // "{}" | fromjson | .data.a // ""'; }
check "the annotation of client-side apply follows" gives 2 annotation

# And back.
returned() { config moved b 1 | apply && [ "$(kubectl get configmap moved -o 'jsonpath={.data}')" = '{"b":"1"}' ]; }
check "client-side apply works again, removals included" returned

# An object that was made without any apply.
kubectl create configmap plain --from-literal=a=1 >/dev/null
taken() { config plain a 2 | apply --server-side; }
check "what kubectl create made is not taken silently" refuses 'conflict with "kubectl-create" using v1: .data.a' taken
reset() {
    kubectl patch configmap plain --type=merge -p '{"metadata":{"managedFields":[{}]}}' >/dev/null &&
        [ -z "$(owners configmap/plain)" ]
}
check "the owners can be reset" reset
check "then what is there belongs to before-first-apply" refuses 'conflict with "before-first-apply" using v1: .data.a' taken

# Patches that fail, in the standard words.
check "a JSON patch whose test fails" refuses 'the server rejected our request due to an error in our request|testing value' \
    kubectl patch configmap plain --type=json -p '[{"op":"test","path":"/data/a","value":"no"}]'
check "a patch of a missing object" refuses 'configmaps "none" not found' \
    kubectl patch configmap none --type=merge -p '{}'

finish
