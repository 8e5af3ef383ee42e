#!/bin/sh
# Starts Redis as the compose files do, or a Sentinel:
#   start.sh             with the users of users.acl; if none of their passwords is set, without users (development)
#   start.sh replicated  the same, with a replica; REPLICA_OF="host port" at the first start of the replica
#   start.sh sentinel    MONITOR="host port" at its first start
# ANNOUNCE is the host name under which others find this server. PORT, DATA_DIR and RUN_DIR are for tests.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
mode=${1:-}
data=${DATA_DIR:-/data}
run=${RUN_DIR:-/run/redis}

fail() { echo "start.sh: $*" >&2; exit 78; }

# The variable whose name is in $1.
value() { eval "printf %s \"\${$1:-}\""; }

# Writes $run/users.acl; returns 1 if no password is set.
write_users() {
  users=$(grep -v '^#' "$here/users.acl" | sed -e :a -e '/\\$/{N;s/\\\n//;ba' -e '}')
  # Redis 7.2 or later
  case $(redis-server --version) in *v=7.0.*) users=$(printf %s "$users" | sed 's/ +client|setinfo//g') ;; esac
  given='' missing=''
  for name in $(printf %s "$users" | grep -o 'REDIS_[A-Z0-9]*_PASSWORD'); do
    if [ -n "$(value "$name")" ]; then given="$given $name"; else missing="$missing $name"; fi
    hash=$(value "$name" | sha256sum | cut -c1-64)
    users=$(printf %s "$users" | sed "s/\${$name}/$hash/")
  done
  [ -n "$given" ] || return 1
  [ -z "$missing" ] || fail "not set:$missing"
  printf '%s\n' "$users" >"$run/users.acl"
}

# Sentinel changes these files: which server is the master is in them from then on.
first_start() { [ -s "$1" ] || cat >"$1"; }

mkdir -p "$run"
port=${PORT:-$([ "$mode" = sentinel ] && echo 26379 || echo 6379)}

case $mode in
  sentinel)
    first_start "$data/sentinel.conf" <<END
port $port
dir $data
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip ${ANNOUNCE:?}
sentinel monitor mymaster ${MONITOR:?} 2
sentinel auth-user mymaster sentinel
sentinel down-after-milliseconds mymaster 5000
sentinel failover-timeout mymaster 30000
sentinel parallel-syncs mymaster 1
END
    sed -i '/^sentinel auth-pass /d' "$data/sentinel.conf"
    echo "sentinel auth-pass mymaster \"${REDIS_SENTINEL_PASSWORD:?}\"" >>"$data/sentinel.conf"
    exec redis-server "$data/sentinel.conf" --sentinel
    ;;
  replicated)
    write_users || fail 'a replica needs the passwords of users.acl'
    first_start "$data/redis.conf" <<END
include $here/redis.conf
${REPLICA_OF:+replicaof $REPLICA_OF}
END
    # A master without its replica refuses writes after a few seconds, so that none is lost that was acked.
    exec redis-server "$data/redis.conf" --port "$port" --dir "$data" --aclfile "$run/users.acl" \
      --replica-announce-ip "${ANNOUNCE:?}" --masteruser replication --masterauth "$REDIS_REPLICATION_PASSWORD" \
      --min-replicas-to-write 1 --min-replicas-max-lag 5
    ;;
  '')
    if write_users; then set -- --aclfile "$run/users.acl"; else set --; fi
    exec redis-server "$here/redis.conf" --port "$port" --dir "$data" "$@"
    ;;
  *) fail "unknown mode $mode" ;;
esac
