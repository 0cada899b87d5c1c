#!/usr/bin/env bash
# A full disk: writes fail with a clear error, reads go on, and when there is space again nothing acknowledged is lost.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
disk=$scratch/disk

unmount_first() {
    local status=$?
    set +e
    stop_clusterd
    ! mountpoint -q "$disk" || umount "$disk"
    (exit "$status")
    clean_up
}
trap unmount_first EXIT

mount_disk() { # KIND
    mkdir -p "$disk"
    if [ "$1" = tmpfs ]; then
        mount -t tmpfs -o size=64m tmpfs "$disk"
    else
        truncate -s 64M "$scratch/disk.img" && mkfs.ext4 -q "$scratch/disk.img" && mount -o loop "$scratch/disk.img" "$disk"
    fi
}

fill() { dd if=/dev/zero of="$disk/filler" bs=4k status=none 2>/dev/null || true; }
free_kib() { df --output=avail -k "$disk" | tail -n 1; }

# Creates ConfigMaps of 4 KiB until one fails; the answer to that one is in $scratch/answer.
write_until_failure() { # NAME
    local i
    for ((i = 0; i < 3000; ++i)); do
        [ "$(create "$1-$i")" = 201 ] || return 0
        echo "$1-$i" >>"$scratch/acknowledged"
    done
    echo "3000 writes went onto a full disk" && return 1
}
create() { # NAME
    curl -sS -A faults -o "$scratch/answer" -w '%{http_code}' --max-time 10 --cacert "$scratch/ca.crt" --cert "$scratch/client.crt" \
        --key "$scratch/client.key" -H 'Content-Type: application/json' \
        -d "{\"metadata\":{\"name\":\"$1\"},\"data\":{\"a\":\"$payload\"}}" \
        "https://127.0.0.1:$https_port/api/v1/namespaces/default/configmaps"
}
payload=$(head -c 4096 /dev/zero | tr '\0' x)

lost() {
    kubectl get configmaps -o name | sed 's|configmap/||' | sort >"$scratch/present"
    sort "$scratch/acknowledged" | comm -23 - "$scratch/present" | wc -l
}
invented() { { grep -vxF -f "$scratch/acknowledged" "$scratch/present" || true; } | { grep -cvx kube-root-ca.crt || true; }; }
can_write() { [ "$(create "$1")" = 201 ] && echo "$1" >>"$scratch/acknowledged"; }

run_on() { # KIND
    data=$disk/data
    truncate -s 0 "$scratch/acknowledged" "$scratch/clusterd.log"
    start_api
    extract_credentials
    check "$1: a write" can_write first
    fill
    check "  on a full disk writes fail" write_until_failure full
    check "    and say why" matches '"status":"Failure".*no space is left.*free space on its file system' cat "$scratch/answer"
    check "    also to kubectl" refuses 'no space is left' kubectl create configmap more "--from-literal=a=$payload$payload"
    check "  reads go on" gives 0 lost
    check "    one object" matches '^first ' kubectl get configmap first --no-headers
    check "    and the server lives" gives ok kubectl get --raw /livez
    rm "$disk/filler"
    check "  with space again writes succeed" wait_for 20 "writes" can_write again
    check "    nothing acknowledged is lost" gives 0 lost
    check "    and nothing else is there" gives 0 invented
    fill
    check "  full once more" write_until_failure second
    kill -9 "$server_pid"
    wait "$server_pid" 2>/dev/null || true
    rm "$disk/filler"
    start_clusterd --disable-agent
    wait_for 30 "the API to be ready" api_is_ready
    check "  after kill -9 on the full disk nothing acknowledged is lost" gives 0 lost
    check "    and nothing else is there" gives 0 invented
    check "    and it is whole" gives ok sqlite3 "$data/server/db/state.db" 'PRAGMA quick_check'
    check "  the log is not flooded" test "$(wc -l <"$scratch/clusterd.log")" -lt 500
    stop_clusterd
    fill
    local status=0
    timeout 30 "$clusterd" server --disable-agent --data-dir "$data" --https-listen-port "$https_port" \
        --write-kubeconfig "$KUBECONFIG" >"$scratch/start" 2>&1 || status=$?
    check "  it does not start on a full disk" matches "^1 the disk of $data is full: [0-9]+ KiB are free, at least [0-9]+ KiB are needed" \
        echo "$status $(tail -n 1 "$scratch/start")"
    rm "$disk/filler"
}

mount_disk tmpfs
run_on tmpfs
umount "$disk"
if mount_disk ext4 2>"$scratch/mount"; then
    run_on ext4
    umount "$disk"
else
    skip "ext4" "$(head -n 1 "$scratch/mount")"
fi
finish
