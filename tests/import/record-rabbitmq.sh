#!/bin/sh
# Records anew what rabbitmqctl prints of a cluster of three nodes on the loopback, into the folder that is named:
#
#     tests/import/record-rabbitmq.sh tests/import/rabbitmq/three-3.10.8
#
# With ROLLPROOF=target/debug/rollproof it goes on to import, plan and check what was recorded. SBIN is the folder with
# rabbitmq-server and rabbitmqctl, CHROOT a system to run them in, such as one that debootstrap made of a newer Debian.
# The recordings here are of 3.10.8 (Debian 12), 4.0.5 (Debian 13) and 4.3.6 (unstable), `apt-get install rabbitmq-server`.
# Runs as root, with an epmd of its own on port 14369; listens on the loopback only; ends by itself after three minutes.
set -eu
[ "${BOUNDED:-}" ] || BOUNDED=yes exec timeout 180 "$0" "$@"
into=${1:?"name a folder for the recordings"}
chroot=${CHROOT:-}
sbin=${SBIN:-$(cd "$chroot/" && ls -d usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin | tail -n 1)}
sbin=/${sbin#/}
mkdir -p "$into"
base=$(mktemp -d "$chroot/tmp/record-rabbitmq.XXXXXX")
data=${base#"$chroot"}
(umask 077 && head -c 20 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$base/.erlang.cookie")
chmod 400 "$base/.erlang.cookie"
stop() {
  for i in 1 2 3; do
    [ ! -s "$base/rabbit$i.pid" ] || kill "$(cat "$base/rabbit$i.pid")" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  as 1 epmd -port 14369 -kill >/dev/null 2>&1 || true
  rm -rf "$base"
}
trap stop EXIT
trap 'echo "stopped before it was done: three minutes are over" >&2; exit 1' TERM INT

# Runs a command in the environment of a node.
as() {
  node=$1
  shift
  set -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "HOME=$data" \
    "ERL_CRASH_DUMP=$data/erl_crash.dump" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=14369 "RABBITMQ_NODENAME=rabbit$node@localhost" \
    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 "RABBITMQ_NODE_PORT=2${node}672" "RABBITMQ_DIST_PORT=2${node}673" \
    "RABBITMQ_MNESIA_BASE=$data/mnesia" "RABBITMQ_LOG_BASE=$data/log" "RABBITMQ_PID_FILE=$data/rabbit$node.pid" \
    "RABBITMQ_ENABLED_PLUGINS_FILE=$data/enabled_plugins" RABBITMQ_CONF_ENV_FILE=/dev/null \
    "RABBITMQ_CONFIG_FILE=$data/rabbitmq" "RABBITMQ_GENERATED_CONFIG_DIR=$data/config" "RABBITMQ_SCHEMA_DIR=$data/schema" \
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} +S 1:1" "$@"
  if [ "$chroot" ]; then chroot "$chroot" "$@"; else "$@"; fi
}
ctl() {
  node=$1
  shift
  as "$node" timeout 60 "$sbin/rabbitmqctl" "$@"
}

for i in 1 2 3; do
  as $i "$sbin/rabbitmq-server" </dev/null >"$base/rabbit$i.out" 2>&1 &
done
for i in 1 2 3; do
  ready=
  for _ in $(seq 40); do
    if ctl $i await_startup --timeout 10 >/dev/null 2>&1; then ready=yes; break; fi
    sleep 1
  done
  [ "$ready" ] || { echo "rabbit$i did not start:" >&2; tail -n 20 "$base/rabbit$i.out" >&2; exit 1; }
done
for i in 2 3; do
  ctl $i stop_app >/dev/null
  ctl $i join_cluster rabbit1@localhost >/dev/null
  ctl $i start_app >/dev/null
done
# Two quorum queues, a stream and a classic queue, without a client of AMQP.
for queue in orders=quorum invoices=quorum events=stream log=classic; do
  ctl 1 eval "{new, _} = rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, <<\"${queue%=*}\">>), true, false,
    [{<<\"x-queue-type\">>, longstr, <<\"${queue#*=}\">>}], none, <<\"record\">>), ok." >/dev/null
done

ctl 1 cluster_status --formatter json >"$into/cluster_status.json"
ctl 1 list_feature_flags --formatter json >"$into/list_feature_flags.json"
ctl 1 list_queues name type members online leader --formatter json >"$into/list_queues.json"

[ "${ROLLPROOF:-}" ] || exit 0
# The last series goes nowhere: what is left to do is planned.
target=
if grep -q '"rabbitmq_version":"4\.3\.' "$into/cluster_status.json"; then target='--set target=4.3'; fi
# shellcheck disable=SC2086
"$ROLLPROOF" import rabbitmq "$into/cluster_status.json" "$into/list_feature_flags.json" "$into/list_queues.json" \
  $target -o "$base/cluster.json"
"$ROLLPROOF" plan "$base/cluster.json" >"$base/plan.txt" || { cat "$base/plan.txt" >&2; exit 1; }
"$ROLLPROOF" check "$base/cluster.json" >"$base/check.txt" || { cat "$base/check.txt" >&2; exit 1; }
tail -n 4 "$base/plan.txt" "$base/check.txt"
