#!/usr/bin/env bash
# Custom resources with the real kubectl: definition, columns, names, explain, patch, scale, versions, clean-up.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api
cat >"$scratch/crd.yaml" <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    selectableFields:
    - jsonPath: .spec.image
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What shall run, and when.
            required: [cronSpec]
            x-kubernetes-validations:
            - {rule: "!has(self.replicas) || self.replicas < 100", message: "too many replicas"}
            properties:
              cronSpec: {type: string, description: "The times, as cron has them.", pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'}
              image: {type: string, default: busybox}
              replicas: {type: integer, minimum: 1}
          status: {type: object, properties: {replicas: {type: integer}}}
  - name: v1beta1
    served: true
    storage: false
    deprecated: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
YAML
cat >"$scratch/cron.yaml" <<'YAML'
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: nightly}
spec: {cronSpec: "0 3 * * *", replicas: 2}
YAML
check "apply a definition" matches 'created' kubectl apply -f "$scratch/crd.yaml"
check "wait for Established" kubectl wait --for=condition=Established --timeout=10s crd/crontabs.stable.example.com
check "get crd" matches 'crontabs.stable.example.com' kubectl get crd
check "api-resources" matches '^crontabs +ct +stable.example.com/v1 +true +CronTab' kubectl api-resources --api-group=stable.example.com
check "create an object" matches 'crontab.stable.example.com/nightly created' kubectl apply -f "$scratch/cron.yaml"
check "columns" matches '^NAME +SPEC +REPLICAS +AGE' kubectl get crontabs
check "  cells" matches '^nightly +0 3 \* \* \* +2 ' kubectl get ct
check "by category" matches 'crontab.stable.example.com/nightly' kubectl get all
check "a default" gives busybox kubectl get ct nightly -o 'jsonpath={.spec.image}'
check "field selector" gives crontab.stable.example.com/nightly kubectl get ct --field-selector spec.image=busybox -o name
check "explain" matches 'The times, as cron has them' kubectl explain crontab.spec.cronSpec
check "explain of all" matches 'replicas' kubectl explain crontab.spec
check "describe" matches 'Cron Spec: +0 3' kubectl describe ct nightly
check "patch" matches 'patched' kubectl patch ct nightly --type=merge -p '{"spec":{"image":"nginx"}}'
check "an invalid patch" refuses 'spec.replicas in body should be greater than or equal to 1' kubectl patch ct nightly --type=merge -p '{"spec":{"replicas":0}}'
check "a rule in CEL" refuses 'too many replicas' kubectl patch ct nightly --type=merge -p '{"spec":{"replicas":500}}'
check "an unknown field" refuses 'unknown field "spec.surplus"' kubectl apply -f <(sed 's/replicas: 2/surplus: 2/' "$scratch/cron.yaml")
check "scale" matches 'scaled' kubectl scale crontab/nightly --replicas=5
check "  is stored" gives 5 kubectl get ct nightly -o 'jsonpath={.spec.replicas}'
check "status" kubectl patch ct nightly --subresource=status --type=merge -p '{"status":{"replicas":5}}'
check "  is stored" gives 5 kubectl get ct nightly -o 'jsonpath={.status.replicas}'
other_version() { kubectl get crontabs.v1beta1.stable.example.com nightly -o 'jsonpath={.apiVersion}' 2>"$scratch/warning"; }
check "another version" gives stable.example.com/v1beta1 other_version
check "  is deprecated" matches 'v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab' kubectl get crontabs.v1beta1.stable.example.com
check "server-side apply" matches 'serverside-applied' kubectl apply --server-side --force-conflicts -f "$scratch/cron.yaml"
check "apply again" matches 'configured|unchanged' kubectl apply -f "$scratch/cron.yaml"
check "dry run" matches 'server dry run' kubectl create --dry-run=server -f <(sed 's/nightly/other/' "$scratch/cron.yaml")
check "a definition that is not structural" refuses 'type: Required value: must not be empty for specified object fields' \
    kubectl apply -f <(sed 's/crontabs/crons/g; s/type: string, default: busybox/default: busybox/' "$scratch/crd.yaml")

stop_clusterd KILL
start_clusterd --disable-agent
wait_for 60 "the API to be ready again" api_is_ready
check "a restart keeps it" gives nightly kubectl get ct -o 'jsonpath={.items[*].metadata.name}'

kubectl create namespace gone >/dev/null
kubectl -n gone apply -f "$scratch/cron.yaml" >/dev/null
check "a namespace takes its objects along" kubectl delete namespace gone --timeout=30s
check "  they are gone" gives '' kubectl -n gone get ct -o name
kubectl create configmap owner >/dev/null
uid=$(kubectl get configmap owner -o 'jsonpath={.metadata.uid}')
kubectl apply -f <(sed "s/{name: nightly}/{name: owned, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: $uid}]}/" "$scratch/cron.yaml") >/dev/null
kubectl delete configmap owner >/dev/null
owned_is_gone() { ! kubectl get ct owned >/dev/null 2>&1; }
check "an owner takes it along" wait_for 30 "the owned object to go" owned_is_gone

check "delete the definition" matches 'deleted' kubectl delete crd crontabs.stable.example.com --timeout=30s
check "  the objects are gone" refuses "the server doesn't have a resource type|could not find the requested resource" kubectl get crontabs
check "  made again it is empty" kubectl apply -f "$scratch/crd.yaml"
kubectl wait --for=condition=Established --timeout=10s crd/crontabs.stable.example.com >/dev/null
check "  nothing is left" gives '' kubectl get ct -o name
finish
