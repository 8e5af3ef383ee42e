#!/usr/bin/env bash
# Stops what start-all.sh started: producers' side first, so that what is in flight is finished; waits for a clean end.
set -euo pipefail
cd "$(dirname "$0")"

RUN_DIR=${RUN_DIR:-.run}
# What a service may take by DRAIN_MS, and some seconds more.
WAIT_SECS=${WAIT_SECS:-$((${DRAIN_MS:-8000} / 1000 + 7))}
status=0

for service in wss1 wss2 dsm sm ap; do
  pid_file=$RUN_DIR/$service.pid
  [ -f "$pid_file" ] || continue
  pid=$(cat "$pid_file")
  kill -TERM "$pid" 2>/dev/null || true
  deadline=$((SECONDS + WAIT_SECS))
  while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then
    kill -KILL "$pid" 2>/dev/null || true
    echo "stop-all: $service did not end within $WAIT_SECS s and was killed" >&2
    status=1
  else
    echo "$service stopped"
  fi
  rm -f "$pid_file"
done
exit $status
