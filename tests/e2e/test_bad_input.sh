#!/usr/bin/env bash
# Whatever clients send: each request gets the standard error, and the server goes on with its memory in bounds.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
start_api
url=https://127.0.0.1:$https_port
maps=$url/api/v1/namespaces/default/configmaps
deployments=$url/apis/apps/v1/namespaces/default/deployments
json='Content-Type: application/json' yaml='Content-Type: application/yaml'
body=$scratch/body

extract_credentials
# Programs get compact JSON, people with curl an indented text.
anonymous() { curl -sS -A bad-input --max-time 30 -w '\n%{http_code}' --cacert "$scratch/ca.crt" "$@" 2>&1; }
api() { anonymous --cert "$scratch/client.crt" --key "$scratch/client.key" "$@"; }

# The answer's status and text: answers CODE PATTERN command...
answers() {
    local code=$1 pattern=$2 output
    shift 2
    output=$("$@") || { printf '%s\n' "$output"; return 1; }
    [[ ${output##*$'\n'} =~ ^$code$ ]] && grep -qE -- "$pattern" <<<"$output" ||
        { printf 'expected %s and: %s\ngot: %.1000s\n' "$code" "$pattern" "$output"; return 1; }
}
# And it must be a Status with this reason: refused CODE REASON PATTERN command...
refused() { answers "$1" "\"kind\":\"Status\".*\"status\":\"Failure\".*$3.*\"reason\":\"$2\"" "${@:4}"; }
post() { api -H "$json" --data-binary "$1" "${2:-$maps}"; }
post_file() { api -H "$1" --data-binary "@$body" "$maps"; }
put() { api -X PUT -H "$json" -d "$1" "$2"; }
patch() { api -X PATCH -H "Content-Type: application/$1+${4:-json}" --data-binary "$2" "${3:-$maps/here}"; }
map() { printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"}%s}' "$1" "${2:-}"; }
make() { python3 -c "import sys; w = sys.stdout.write; $1" >"$body"; }
selected() { api -G "$maps" --data-urlencode "$1"; }

# They send a request's beginning, slowly, and are looked at again at the end.
python3 "$source_dir/tests/e2e/garbage_clients.py" "$https_port" slow >"$scratch/slow" 2>&1 &
slow_pid=$!

echo "--- JSON"
check "a cut text" refused 400 BadRequest 'unexpected end of JSON input' post '{"apiVersion":"v1"'
check "nothing" refused 400 BadRequest 'unexpected end of JSON input' post ''
check "a list" refused 400 BadRequest 'json: cannot unmarshal' post '[]'
check "more than one value" refused 400 BadRequest 'after top-level value' post "$(map two) {}"
printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\xff\xfe"}}' >"$body"
check "no UTF-8" refused 422 Invalid 'metadata.name' post_file "$json"
make 'w("[" * 2900000)'
check "endless nesting" refused 400 BadRequest 'exceeded max depth' post_file "$json"
make 'w("{\"a\":" * 100000 + "1" + "}" * 100000)'
check "deep nesting" refused 400 BadRequest 'exceeded max depth' post_file "$json"
make 'w("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"big\"},\"data\":{\"a\":\"" + "x" * 1100000 + "\"}}")'
check "more data than a ConfigMap may hold" refused 422 Invalid 'Too long: may not be more than 1048576 bytes' post_file "$json"
make 'w("{" + " " * 3145728 + "}")'
check "more than 3 MiB" refused 413 RequestEntityTooLarge 'limit is 3145728' post_file "$json"
check "  over HTTP/1.1" refused 413 RequestEntityTooLarge 'limit is 3145728' api --http1.1 -H "$json" --data-binary "@$body" "$maps"
check "  in chunks" refused 413 RequestEntityTooLarge 'limit is 3145728' \
    api --http1.1 -H "$json" -H 'Transfer-Encoding: chunked' --data-binary "@$body" "$maps"
check "  to kubectl" refuses 'Request entity too large: limit is 3145728' kubectl create configmap big --from-file="$body"

echo "--- YAML"
post_yaml() { api -H "$yaml" --data-binary "$1" "${2:-$maps}"; }
check "malformed" refused 400 BadRequest 'error converting YAML to JSON: yaml: line 2' post_yaml $'a: b\n\t- c: d'
check "a tag" refused 400 BadRequest 'unsupported tag' post_yaml $'metadata:\n  name: !!python/object x'
check "an anchor in itself" refused 400 BadRequest 'anchor' post_yaml $'apiVersion: v1\ndata: &a [*a]'
make 'w("a: &a [x,x,x,x,x,x,x,x,x]\n"); [w(f"{chr(98+i)}: &{chr(98+i)} [" + ",".join(["*" + chr(97+i)] * 9) + "]\n") for i in range(9)]'
check "an anchor bomb" refused 400 BadRequest 'excessive aliasing' post_file "$yaml"
check "  as a patch" refused 400 BadRequest 'excessive aliasing' \
    api -X PATCH -H 'Content-Type: application/apply-patch+yaml' --data-binary "@$body" "$maps/bomb?fieldManager=test"
check "  in a file of kubectl" refuses 'excessive aliasing' kubectl create -f "$body"
make 'w("a: " + "[" * 1000000)'
check "endless nesting" refused 400 BadRequest 'yaml: ' post_file "$yaml"
make 'w("\n".join(" " * i + "a:" for i in range(1500)))'
check "deep nesting" refused 400 BadRequest 'yaml: line' post_file "$yaml"

echo "--- Objects"
check "an unknown kind" refused 400 BadRequest 'no kind \\"Nonsense\\" is registered for version \\"v1\\"' \
    post '{"apiVersion":"v1","kind":"Nonsense","metadata":{"name":"x"}}'
check "the kind of another URL" refused 400 BadRequest 'Secret in version \\"v1\\" cannot be handled as a ConfigMap' \
    post '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}'
check "an unknown version" refused 400 BadRequest 'is registered for version \\"v7\\"' \
    post '{"apiVersion":"v7","kind":"ConfigMap","metadata":{"name":"x"}}'
check "a number for text" refused 400 BadRequest 'cannot unmarshal number into Go struct field ConfigMap.data of type string' \
    post "$(map x ',"data":{"a":1}')"
check "a list for a map" refused 400 BadRequest 'cannot unmarshal array into Go struct field ConfigMap.data' post "$(map x ',"data":[]')"
check "text for a number" refused 400 BadRequest 'cannot unmarshal string into .*replicas of type int32' \
    post '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"replicas":"three"}}' "$deployments"
check "a number too large" refused 400 BadRequest 'cannot unmarshal number .*replicas of type int32' \
    post '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"replicas":5000000000}}' "$deployments"
check "a value out of range" refused 422 Invalid 'spec.replicas: Invalid value: -1: must be greater than or equal to 0' \
    post '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"replicas":-1}}' "$deployments"
check "no name" refused 422 Invalid 'metadata.name: Required value: name or generateName is required' post '{"metadata":{}}'
check "an invalid name" refused 422 Invalid 'a lowercase RFC 1123 subdomain must consist of' post "$(map X_y)"
check "  that looks like a path" refused 422 Invalid 'metadata.name: Invalid value' post "$(map ../../x)"
check "an invalid label" refused 422 Invalid 'metadata.labels: Invalid value: \\"a b\\".*valid label must be' \
    post '{"metadata":{"name":"x","labels":{"a b":"c d"}}}'
check "an unknown namespace" refused 404 NotFound 'namespaces \\"nowhere\\" not found' post "$(map x)" "$url/api/v1/namespaces/nowhere/configmaps"
check "  a right one still works" answers 201 '"name":"here"' post "$(map here ',"data":{"a":"b"}')"
check "the same again" refused 409 AlreadyExists 'configmaps \\"here\\" already exists' post "$(map here)"
check "a stale resourceVersion" refused 409 Conflict 'the object has been modified; please apply your changes to the latest version and try again' \
    put '{"metadata":{"name":"here","resourceVersion":"1"}}' "$maps/here"
check "another name than in the URL" refused 400 BadRequest 'the name of the object \(there\) does not match the name on the URL \(here\)' \
    put "$(map there)" "$maps/here"
check "another namespace than in the URL" refused 400 BadRequest 'does not match the namespace sent on the request' \
    put '{"metadata":{"name":"here","namespace":"there"}}' "$maps/here"
check "another UID" refused 409 Conflict 'Precondition failed: UID' put '{"metadata":{"name":"here","uid":"no"}}' "$maps/here"
check "an object that is not there" refused 404 NotFound 'configmaps \\"nowhere\\" not found' put "$(map nowhere)" "$maps/nowhere"

echo "--- Unknown and duplicate fields"
wrong=',"dat":{},"data":{"a":"b","a":"c"}'
check "Strict" refused 400 BadRequest 'strict decoding error: unknown field \\"dat\\", duplicate field \\"data.a\\"' \
    post "$(map strict "$wrong")" "$maps?fieldValidation=Strict"
check "Warn" answers 201 '^warning: 299 - "unknown field \\"dat\\""' api -i -H "$json" -d "$(map warn "$wrong")" "$maps?fieldValidation=Warn"
check "  is the default" answers 201 '^warning: 299 - "duplicate field \\"data.a\\""' api -i -H "$json" -d "$(map default "$wrong")" "$maps"
silent() { ! api -i -H "$json" -d "$(map ignore "$wrong")" "$maps?fieldValidation=Ignore" | tee "$body" | grep -qi '^warning' && grep -q '^HTTP/2 201' "$body"; }
check "Ignore" silent
check "another word" refused 422 Invalid 'fieldValidation: Unsupported value: \\"Nonsense\\"' post "$(map x)" "$maps?fieldValidation=Nonsense"
map kubectl "$wrong" >"$body"
[ "$(kubectl_minor)" -lt 25 ] || check "to kubectl" refuses 'strict decoding error: unknown field "dat"' kubectl create -f "$body"

echo "--- Who asks"
unauthorized='"message":"Unauthorized"'
new_certificate() { # NAME CA-FILE DAYS
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=system:masters/CN=$1" \
        -keyout "$scratch/$1.key" -out "$scratch/$1.csr" &&
        openssl x509 -req -in "$scratch/$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days "$3" \
            -extfile <(echo extendedKeyUsage=clientAuth) -out "$scratch/$1.crt"
}
by() { anonymous --cert "$scratch/$1.crt" --key "$scratch/$1.key" "$maps"; }
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=clusterd-client-ca -days 2 \
        -keyout "$scratch/other-ca.key" -out "$scratch/other-ca.crt"
    cp "$data/server/tls/client-ca.crt" "$data/server/tls/client-ca.key" "$scratch"
    new_certificate valid "$scratch/client-ca" 1
    new_certificate expired "$scratch/client-ca" -1
    new_certificate foreign "$scratch/other-ca" 1
} >"$scratch/openssl.log" 2>&1 || { cat "$scratch/openssl.log"; exit 1; }
check "a certificate of the client CA" answers 200 ConfigMapList by valid
check "an expired one" refused 401 Unauthorized "$unauthorized" by expired
check "one of another CA" refused 401 Unauthorized "$unauthorized" by foreign
bearer() { anonymous -H "Authorization: Bearer $1" "$maps"; }
check "the administrator's token" answers 200 ConfigMapList bearer "$(cat "$data/server/cred/admin.token")"
check "  only root can read it" gives 600 stat -c %a "$data/server/cred/admin.token"
check "a wrong token" refused 401 Unauthorized "$unauthorized" bearer nonsense
check "a long token" refused 401 Unauthorized "$unauthorized" bearer "$(head -c 60000 /dev/zero | tr '\0' x)"
check "an unsigned token" refused 401 Unauthorized "$unauthorized" \
    bearer "$(printf '{"alg":"none"}' | base64 -w0 | tr -d =).$(printf '{"sub":"system:serviceaccount:kube-system:default"}' | base64 -w0 | tr -d =)."
real=$(kubectl -n kube-system create token default 2>/dev/null) || real=
if [ -n "$real" ]; then
    check "a changed token" refused 401 Unauthorized "$unauthorized" bearer "${real%.*}.$(head -c 256 /dev/urandom | base64 -w0 | tr '+/' '-_' | tr -d =)"
fi
check "kubectl with a wrong token" refuses 'You must be logged in to the server \(Unauthorized\)' \
    kubectl --kubeconfig /dev/null --server "$url" --certificate-authority "$scratch/ca.crt" --token nonsense get pods
check "nobody" refused 403 Forbidden 'configmaps is forbidden: User \\"system:anonymous\\" cannot list resource \\"configmaps\\" in API group \\"\\" in the namespace \\"default\\"' \
    anonymous "$maps"
check "an empty token is nobody" refused 403 Forbidden 'User \\"system:anonymous\\"' bearer ''
check "a password is nobody" refused 403 Forbidden 'User \\"system:anonymous\\"' anonymous -u admin:admin "$maps"
check "somebody without rights" refuses 'Error from server \(Forbidden\): deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope' \
    kubectl --as jane get deployments -A
check "  for an object" refuses 'secrets "x" is forbidden: User "jane" cannot delete resource "secrets" in API group "" in the namespace "default"' \
    kubectl --as jane delete secret x
check "  for a path" refused 403 Forbidden 'forbidden: User \\"jane\\" cannot get path \\"/metrics\\"' api -H 'Impersonate-User: jane' "$url/metrics"

echo "--- Requests"
check "an unsupported body" refused 415 UnsupportedMediaType 'the body of the request was in an unknown format' api -H 'Content-Type: text/html' -d x "$maps"
check "an unsupported patch" refused 415 UnsupportedMediaType 'application/merge-patch\+json' api -X PATCH -H "$json" -d '{}' "$maps/here"
check "an unsupported answer" answers 406 '"message": "only the following media types are accepted' api -H 'Accept: text/html' "$maps"
check "no protobuf" refused 400 BadRequest 'protobuf' api -H 'Content-Type: application/vnd.kubernetes.protobuf' -d garbage "$maps"
check "an unknown path" answers 404 'not find|not found' api "$url/nonsense"
check "an unknown group" answers 404 'not find|not found' api "$url/apis/nonsense/v1/things"
check "an unknown resource" answers 404 'not find|not found' api "$url/api/v1/nonsense"
check "an unknown sub-resource" answers 404 'not find|not found' api "$maps/here/nonsense"
check "a method of others" refused 405 MethodNotAllowed 'does not allow this method' api -X PUT -H "$json" -d '{}' "$maps"
check "an unknown method" refused 405 MethodNotAllowed 'does not allow this method' api -X BREW "$maps"
check "bad percent signs" answers 400 '' api --path-as-is "$url/api/v1/namespaces/%zz/pods"
check "a zero in a name" answers 400 '' api "$url/api/v1/namespaces/a%00b/pods"
check "dots in a path" answers 404 '' api --path-as-is "$maps/../../../../../../etc/passwd"

echo "--- Options"
bad_option() { api "$maps?$1"; }
check "limit: no number" refused 400 BadRequest 'parsing \\"abc\\": invalid syntax' bad_option limit=abc
check "limit: too large a number" refused 400 BadRequest 'value out of range' bad_option limit=99999999999999999999
check "limit: the largest" answers 200 ConfigMapList bad_option limit=9223372036854775807
check "continue: nonsense" refused 400 BadRequest 'continue key is not valid' bad_option 'continue=nonsense'
check "continue: a long one" refused 400 BadRequest 'continue key is not valid' bad_option "continue=$(head -c 50000 /dev/zero | tr '\0' A)"
check "continue: another key" refused 400 BadRequest 'continue key is not valid' \
    bad_option "continue=$(printf '{"v":"meta.k8s.io/v1","rv":1,"start":"../../secrets/"}' | base64 -w0)"
check "resourceVersion: no number" refused 400 BadRequest 'resource ?[vV]ersion' bad_option resourceVersion=abc
check "resourceVersion: of the future" refused 504 Timeout 'Too large resource version: 999999999, current' bad_option resourceVersion=999999999
check "resourceVersionMatch" refused 422 Invalid 'resourceVersionMatch: Unsupported value' bad_option 'resourceVersionMatch=Nonsense&resourceVersion=1'
check "timeoutSeconds of a watch" refused 400 BadRequest 'parsing \\"abc\\": invalid syntax' bad_option 'watch=1&timeoutSeconds=abc'
check "dryRun" refused 422 Invalid 'dryRun: Unsupported value: \\"Some\\"' post "$(map x)" "$maps?dryRun=Some"
check "propagationPolicy" refused 422 Invalid 'propagationPolicy: Invalid value|propagationPolicy: Unsupported value' api -X DELETE "$maps/here?propagationPolicy=No"
check "gracePeriodSeconds" refused 400 BadRequest 'invalid syntax|cannot unmarshal' api -X DELETE "$maps/here?gracePeriodSeconds=abc"
check "delete options" refused 400 BadRequest 'cannot unmarshal string' api -X DELETE -H "$json" -d '{"gracePeriodSeconds":"x"}' "$maps/here"
check "label selector" refused 400 BadRequest 'unable to parse requirement' selected 'labelSelector=a in (b'
check "  a long key" refused 400 BadRequest 'must be no more than 63' selected "labelSelector=$(head -c 300 /dev/zero | tr '\0' a)=b"
check "field selector" refused 400 BadRequest 'field label not supported|not a known field selector' selected 'fieldSelector=spec.nonsense=1'
check "  no selector at all" refused 400 BadRequest "invalid selector" selected 'fieldSelector=metadata.name'

echo "--- Patches"
check "JSON patch: no list" refused 400 BadRequest '' patch json-patch '{}'
check "JSON patch: unknown operation" refused 422 Invalid "our request" patch json-patch '[{"op":"nonsense","path":"/a"}]'
check "JSON patch: a path that is not there" refused 422 Invalid '' patch json-patch '[{"op":"replace","path":"/data/no","value":"1"}]'
check "JSON patch: a failing test" refused 422 Invalid '' patch json-patch '[{"op":"test","path":"/kind","value":"Pod"}]'
make 'w("[" + ",".join(["{\"op\":\"add\",\"path\":\"/data/a\",\"value\":\"b\"}"] * 10001) + "]")'
check "JSON patch: too many operations" refused 413 RequestEntityTooLarge 'maximum operations in a JSON patch is 10000, got 10001' patch json-patch "@$body"
make 'w("[{\"op\":\"add\",\"path\":\"/x\",\"value\":{\"a\":\"" + "a" * 1000 + "\"}}" + ",{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/x/b\"}" * 200 + "]")'
check "JSON patch: growing by copies" refused 422 Invalid 'limit|exceed' patch json-patch "@$body"
check "merge patch: malformed" refused 400 BadRequest '' patch merge-patch '{"data":'
check "merge patch: no object" refused 400 BadRequest '' patch merge-patch '[]'
make 'w("{\"a\":" * 100000 + "1" + "}" * 100000)'
check "merge patch: too deep" refused 400 BadRequest 'exceeded max depth' patch merge-patch "@$body"
check "merge patch: wrong type" refused 422 Invalid 'cannot unmarshal number' patch merge-patch '{"data":{"a":1}}'
check "merge patch: another name" refused '(400|422)' '(BadRequest|Invalid)' '' patch merge-patch '{"metadata":{"name":"x"}}'
check "strategic merge patch: unknown directive" refused 400 BadRequest 'nonsense' patch strategic-merge-patch '{"$patch":"nonsense"}'
check "apply: no manager" refused 422 Invalid 'fieldManager: Required value: is required for apply patch' patch apply-patch "$(map here)" "$maps/here" yaml
check "apply: malformed" refused 400 BadRequest 'yaml' patch apply-patch 'a: [b' "$maps/here?fieldManager=m" yaml
check "  nothing of all this was stored" gives '{"a":"b"}' kubectl get configmap here -o 'jsonpath={.data}'

echo "--- Protocols"
check "garbage on the wire" python3 "$source_dir/tests/e2e/garbage_clients.py" "$https_port" garbage
slow_ended() { ! kill -0 "$slow_pid" 2>/dev/null; }
check "slow clients are cut off" wait_for 60 "the slow clients to be cut off" slow_ended
check "  all of them" matches 'all were cut off' cat "$scratch/slow"

check "the server is still the same" kill -0 "$server_pid"
check "  and works" gives ok kubectl get --raw /readyz
pss_kib() { awk '/^Pss:/ { print $2 }' "/proc/$server_pid/smaps_rollup"; }
echo "Pss: $(($(pss_kib) / 1024)) MiB"
check "  in 200 MiB" test "$(pss_kib)" -lt $((200 << 10))
check "no token is in the log" bash -c "! grep -qE 'Bearer |nonsense|BEGIN .*PRIVATE' '$scratch/clusterd.log'"
finish
