import { createHash } from 'node:crypto'

/** A Lua script of the broker and its SHA-1 for EVALSHA. */
export interface Script { source: string, sha1: string }

/** Joins the parts of a script and computes its SHA-1. */
export const script = (...parts: string[]): Script => {
  const source = parts.join('\n')
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}

/**
 * `run()`: identifies the server's current run. It changes when the server starts (`run_id`) and when it is promoted
 * (`master_replid`), when the latest writes may have been lost. A server that was master, then replica, then master
 * again has the same `run_id`, so that one alone is not sufficient.
 */
export const runLua = `
local function run()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
    .. string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end`

/**
 * `whole(n)`: text of an integer up to 2^53, without an exponent. `nowMicros`: the server's clock, microseconds since
 * 1970 (below 2^53 until 2255).
 */
export const timeLua = `
local function whole(n) return string.format('%.0f', n) end
local clock = redis.call('TIME')
local nowMicros = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local nowMillis = math.floor(nowMicros / 1000)`

/**
 * Rejects late calls: ARGV[1] is the server's time in milliseconds after which the caller got an error. Without it, a
 * command in a suspended server's socket would be executed minutes later.
 */
export const deadlineLua = `
if nowMillis > tonumber(ARGV[1]) then return redis.error_reply('EXPIRED the call came after its deadline') end`
