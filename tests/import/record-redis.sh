#!/bin/sh
# Records anew what redis-cli prints of real processes on the loopback, into the folder that is named: `sentinel`, of three
# instances with three Sentinels, and `cluster`, a Redis Cluster of six. With ROLLPROOF it then sees that both are still
# imported, checked and planned:
#
#     tests/import/record-redis.sh tests/import/redis/redis-7.0.15
#     ROLLPROOF=target/debug/rollproof tests/import/record-redis.sh /tmp/recorded
#     ROOT=/srv/trixie SERVER=valkey-server tests/import/record-redis.sh /tmp/recorded
#
# TARGET is what is planned, such as valkey-8.1.1. SERVER and CLI are the binaries; ROOT is where the server is run with chroot. Ids and counters are new each time. Nothing
# but 127.0.0.1 is listened on. Everything is killed at the end, and after four minutes in any case.
# The recordings here are of Redis 7.0.15 (Debian 12), Redis 8.0.2 and Valkey 8.1.1 (Debian 13), and Valkey 9.1.2 (Debian sid).
set -eu
server=${SERVER:-redis-server}
cli=${CLI:-redis-cli}
root=${ROOT:-}
into=${1:?"name a folder for the recordings"}
base=${PORT:-27200}
target=${TARGET:-}

data=$(mktemp -d "$root/tmp/record-redis.XXXXXX")
inside=${data#"$root"}
pids=
watch=
stop() {
  for pid in $pids; do kill -9 "$pid" 2>/dev/null || true; done
  pids=
}
end() {
  stop
  # The sleep of the watchdog is its child, and would live on.
  [ -z "$watch" ] || { pkill -P "$watch" 2>/dev/null || true; kill "$watch" 2>/dev/null || true; wait "$watch" 2>/dev/null || true; }
  rm -rf "$data"
}
trap end EXIT
trap 'exit 1' INT TERM
main=$$
( sleep 240; echo "four minutes are over" >&2; kill "$main" ) &
watch=$!

run() {
  if [ -n "$root" ]; then set -- chroot "$root" "$server" "$@"; else set -- "$server" "$@"; fi
  "$@" >>"$data/log" 2>&1 &
  pids="$pids $!"
}
at() { port=$1; shift; "$cli" -h 127.0.0.1 -p "$port" "$@"; }
until_true() {
  what=$1; shift
  for _ in $(seq 60); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.5
  done
  echo "after half a minute: $what" >&2
  tail "$data/log" >&2
  exit 1
}
answers() { [ "$(at "$1" PING)" = PONG ]; }
linked() { at "$1" INFO replication | grep -q '^master_link_status:up'; }
# Its own view, and that it has asked everybody what they are.
watched() {
  at "$1" SENTINEL MASTERS | tr '\n' ' ' | grep -q 'num-slaves 2 num-other-sentinels 2' &&
    [ "$(at "$1" SENTINEL REPLICAS mymaster | grep -c '^ok$')" = 2 ] &&
    [ "$(at "$1" SENTINEL INFO-CACHE mymaster | grep -c '^# Server')" = 3 ] &&
    [ "$(at "$1" SENTINEL INFO-CACHE mymaster | grep -c '^state=online\|^slave[01]:.*state=online')" = 2 ]
}

# Three instances, three Sentinels.
mkdir -p "$into/sentinel" "$into/cluster"
primary=$((base + 1))
for i in 1 2 3; do
  mkdir "$data/$i"
  follow=
  [ "$i" = 1 ] || follow="--replicaof 127.0.0.1 $primary"
  # shellcheck disable=SC2086
  run --port $((base + i)) --bind 127.0.0.1 --dir "$inside/$i" --repl-diskless-sync-delay 0 $follow
done
for i in 1 2 3; do until_true "instance $i does not answer" answers $((base + i)); done
at "$primary" SET greeting hello >/dev/null
for i in 2 3; do until_true "replica $i has no link" linked $((base + i)); done
for i in 1 2 3; do
  cat >"$data/sentinel$i.conf" <<CONF
port $((base + 10 + i))
bind 127.0.0.1
dir $inside
sentinel monitor mymaster 127.0.0.1 $primary 2
sentinel down-after-milliseconds mymaster 5000
CONF
  run "$inside/sentinel$i.conf" --sentinel
done
for i in 1 2 3; do until_true "Sentinel $i does not know all" watched $((base + 10 + i)); done

for i in 1 2 3; do
  at $((base + i)) INFO
  at $((base + i)) CONFIG GET save
done >"$into/sentinel/instances.txt"
sentinel=$((base + 11))
at $sentinel SENTINEL MASTERS >"$into/sentinel/masters.txt"
at $sentinel SENTINEL REPLICAS mymaster >"$into/sentinel/replicas.txt"
at $sentinel SENTINEL INFO-CACHE mymaster >"$into/sentinel/info-cache.txt"
at $sentinel INFO >"$into/sentinel/sentinel-info.txt"
at $sentinel --no-raw SENTINEL MASTERS >"$into/sentinel/masters-tty.txt"
at $sentinel --no-raw SENTINEL REPLICAS mymaster >"$into/sentinel/replicas-tty.txt"
stop

# Three shards of two.
ends=
for i in 1 2 3 4 5 6; do
  mkdir "$data/c$i"
  run --port $((base + 20 + i)) --bind 127.0.0.1 --dir "$inside/c$i" --cluster-enabled yes --repl-diskless-sync-delay 0
  ends="$ends 127.0.0.1:$((base + 20 + i))"
done
for i in 1 2 3 4 5 6; do until_true "node $i does not answer" answers $((base + 20 + i)); done
# shellcheck disable=SC2086
"$cli" --cluster create $ends --cluster-replicas 1 --cluster-yes >>"$data/log" 2>&1
# All nodes know all, and all replicas are linked.
settled() {
  for i in 1 2 3 4 5 6; do
    at $((base + 20 + i)) CLUSTER INFO | grep -q '^cluster_state:ok' || return 1
    [ "$(at $((base + 20 + i)) CLUSTER NODES | grep -c 'slave .* connected$')" = 3 ] || return 1
    at $((base + 20 + i)) INFO replication | grep -q '^connected_slaves:1\|^master_link_status:up' || return 1
  done
}
until_true "the cluster is not settled" settled
node=$((base + 21))
"$cli" --cluster call 127.0.0.1:$node INFO >"$into/cluster/info.txt"
at $node CLUSTER NODES >"$into/cluster/nodes.txt"
stop

[ -n "${ROLLPROOF:-}" ] || exit 0
sees() {
  what=$1; shift
  # shellcheck disable=SC2086
  "$ROLLPROOF" import redis "$@" ${target:+--set target=$target} -o "$data/$what.json"
  "$ROLLPROOF" check "$data/$what.json" >"$data/checked"
  "$ROLLPROOF" plan "$data/$what.json" >"$data/planned" && tail -4 "$data/planned"
}
sees sentinel "$into/sentinel/instances.txt" "$into/sentinel/masters.txt" "$into/sentinel/replicas.txt"
sees cached "$into/sentinel/masters.txt" "$into/sentinel/replicas.txt" "$into/sentinel/info-cache.txt"
sees cluster "$into/cluster/info.txt" "$into/cluster/nodes.txt"
