#!/usr/bin/env bash
# Starts the six services as separate processes on PostgreSQL and Redis, and waits until they are ready.
# Needs DATABASE_URL (or DB_HOST …) and REDIS_URL (or REDIS_HOST …). Logs and pid files go to RUN_DIR (default: .run).
set -euo pipefail
cd "$(dirname "$0")"

RUN_DIR=${RUN_DIR:-.run}
WAIT_SECS=${WAIT_SECS:-60}
services=(ap sm dsm wss1 wss2 mqtt)

fail() { echo "start-all: $*" >&2; exit 1; }

[ -n "${DATABASE_URL:-}${DB_HOST:-}" ] || fail "DATABASE_URL is not set (to run everything in one process without it: npm start)"
[ -n "${REDIS_URL:-}${REDIS_HOST:-}" ] || fail "REDIS_URL is not set (to run everything in one process without it: npm start)"

mkdir -p "$RUN_DIR"
for service in "${services[@]}"; do
  pid_file=$RUN_DIR/$service.pid
  if [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; then
    fail "$service is already running (pid $(cat "$pid_file")); stop it with ./stop-all.sh"
  fi
done

node -e 'import("./scripts/prepare.mjs").then(async ({ install, build }) => { await install(); await build() }).catch(error => { console.error(error.message); process.exit(1) })'

if [ -z "${SERVICE_SECRET:-}" ]; then
  secret_file=$RUN_DIR/service-secret
  [ -s "$secret_file" ] || (umask 077 && node -e 'process.stdout.write(crypto.randomBytes(32).toString("base64url"))' >"$secret_file")
  SERVICE_SECRET=$(cat "$secret_file")
fi
export SERVICE_SECRET

ready_url() {
  case $1 in
    ap) echo "http://127.0.0.1:${AP_PORT:-3001}/ready" ;;
    sm) echo "http://127.0.0.1:${SM_PORT:-3002}/ready" ;;
    dsm) echo "http://127.0.0.1:${DSM_PORT:-3003}/ready" ;;
    wss1) echo "http://127.0.0.1:${WSS1_HTTP_PORT:-3010}/ready" ;;
    wss2) echo "http://127.0.0.1:${WSS2_HTTP_PORT:-3011}/ready" ;;
    mqtt) echo "http://127.0.0.1:${MQTT_HTTP_PORT:-3012}/ready" ;;
  esac
}

# What a service has logged since this start; logs are appended to across starts.
since() { tail -c "+$((${log_size[$1]} + 1))" "$RUN_DIR/$1.log"; }

# Why a service did not start: the reason it gave, or else the end of its log.
reason() {
  local said
  said=$(since "$1" | sed -n "s/^[A-Z0-9]* can't start: //p" | head -n 1)
  if [ -n "$said" ]; then echo "$said"; else echo "the end of $RUN_DIR/$1.log is"; since "$1" | tail -n 20; fi
}

declare -A log_size
for service in "${services[@]}"; do
  log_size[$service]=$(wc -c 2>/dev/null <"$RUN_DIR/$service.log" || echo 0)
  node "services/$service/dist/server.js" >>"$RUN_DIR/$service.log" 2>&1 </dev/null &
  echo $! >"$RUN_DIR/$service.pid"
done

for service in "${services[@]}"; do
  url=$(ready_url "$service")
  status=0
  missing=$(node -e '
    const [url, pid, secs] = process.argv.slice(1)
    const deadline = Date.now() + secs * 1000
    const ask = async () => {
      const answer = await fetch(url)
      return answer.ok ? null : (await answer.json()).detail
    }
    const attempt = async () => {
      const missing = await ask().catch(() => `no answer at ${url}`)
      if (missing === null) process.exit(0)
      try { process.kill(pid, 0) } catch { process.exit(2) }
      if (Date.now() > deadline) {
        console.log(missing)
        process.exit(3)
      }
      setTimeout(attempt, 100)
    }
    attempt()
  ' "$url" "$(cat "$RUN_DIR/$service.pid")" "$WAIT_SECS") || status=$?
  if [ "$status" -ne 0 ]; then
    RUN_DIR=$RUN_DIR ./stop-all.sh >/dev/null || true
    [ "$status" -ne 3 ] || fail "$service is not ready after $WAIT_SECS s: $missing (the log is $RUN_DIR/$service.log)"
    fail "$service could not start: $(reason "$service")"
  fi
  printf '%-5s ready  pid %-7s %s\n' "$service" "$(cat "$RUN_DIR/$service.pid")" "${url%/ready}"
done
