#!/usr/bin/env bash
# Shuts down gracefully what start-all.sh started, the producers' side first, so that messages in flight are finished.
set -euo pipefail
cd "$(dirname "$0")"

RUN_DIR=${RUN_DIR:-.run}
# DRAIN_MS is how long a service may take to drain; some seconds more for the rest.
WAIT_SECS=${WAIT_SECS:-$((${DRAIN_MS:-8000} / 1000 + 7))}
status=0

for service in mqtt wss1 wss2 dsm sm ap; do
  pid_file=$RUN_DIR/$service.pid
  [ -f "$pid_file" ] || continue
  pid=$(cat "$pid_file")
  kill -TERM "$pid" 2>/dev/null || true
  deadline=$((SECONDS + WAIT_SECS))
  while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then
    kill -KILL "$pid" 2>/dev/null || true
    echo "stop-all: $service did not stop within $WAIT_SECS s and was killed" >&2
    status=1
  else
    echo "$service stopped"
  fi
  rm -f "$pid_file"
done
exit $status
