import { deadlineLua, runLua, script, timeLua } from './script.js'

/** First step of every script of revocations: removes those whose tokens have all expired. */
const forgetLua = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(nowMillis))`

/** Adds the pairs of name and expiry (ms) from ARGV[first] on; for the same name, the later expiry counts. */
const addLua = `
local function add(first)
  for i = first, #ARGV, 2 do redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 1], ARGV[i]) end
end`

/** Adds revocations. KEYS: sorted set. ARGV: deadline (ms), then for each: name, expiry (ms). Returns 1. */
export const revokeScript = script(timeLua, deadlineLua, forgetLua, addLua, `
add(2)
return 1`)

/** Removes a revocation. KEYS: sorted set. ARGV: deadline (ms), name. Returns 1. */
export const restoreScript = script(timeLua, deadlineLua, `
redis.call('ZREM', KEYS[1], ARGV[2])
return 1`)

/**
 * Writes all revocations, in one or several parts. Between the first and the last part, the list counts as incomplete;
 * a second writer that starts meanwhile takes over, and the first one's last part completes nothing. Users that are not
 * included are removed; revoked sessions stay.
 *
 * KEYS: sorted set, run marker. ARGV: deadline (ms), writer, whether it is the first part (1 or 0), whether it is the
 * last one (1 or 0), then for each: name, expiry (ms). Returns 1.
 */
export const replaceScript = script(timeLua, deadlineLua, runLua, forgetLua, addLua, `
local writing = 'writing:' .. ARGV[2]
if ARGV[3] == '1' then
  redis.call('SET', KEYS[2], writing)
  for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if string.sub(name, 1, 5) == 'user:' then redis.call('ZREM', KEYS[1], name) end
  end
end
add(5)
if ARGV[4] == '1' and redis.call('GET', KEYS[2]) == writing then redis.call('SET', KEYS[2], run()) end
return 1`)

/** Reads all. KEYS: sorted set, run marker. Returns `{complete (1 or 0), name, expiry (ms), …}`. */
export const revocationsScript = script(timeLua, runLua, forgetLua, `
local result = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
table.insert(result, 1, redis.call('GET', KEYS[2]) == run() and 1 or 0)
return result`)
