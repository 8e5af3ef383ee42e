import { deadlineLua, runLua, script, timeLua } from './script.js'

/**
 * Opens an epoch if the head is the expected one.
 *
 * KEYS: meta hash, log stream. ARGV: deadline (ms), epoch, expected epoch, expected offset, whether it is expected to
 * be verified (1 or 0), version.
 *
 * Returns 1 if it did, 0 if the head is another, -1 if the epoch is not above the head's.
 */
export const openEpochScript = script(
  timeLua,
  deadlineLua,
  runLua,
  `
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'version')
local now = run()
local verified = meta[1] == now and '1' or '0'
if (meta[2] or '0') ~= ARGV[3] or (meta[3] or '0') ~= ARGV[4] or verified ~= ARGV[5] then return 0 end
if tonumber(ARGV[2]) <= tonumber(meta[2] or '0') then return -1 end

local version = meta[4] or '0'
if tonumber(ARGV[6]) > tonumber(version) then version = ARGV[6] end
redis.call('HSET', KEYS[1], 'run', now, 'epoch', ARGV[2], 'offset', '0', 'version', version, 'stored', '0', 'forgot',
  '0')
-- The log of an earlier release has an expiry, whether it is stored or not.
redis.call('PERSIST', KEYS[2])
return 1`
)

/**
 * Raises the version of a producer's subscriber list, which never decreases.
 *
 * KEYS: meta hash. ARGV: deadline (ms), version. Returns the resulting version as text.
 */
export const raiseVersionScript = script(timeLua, deadlineLua, `
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if tonumber(ARGV[2]) <= tonumber(version) then return version end
redis.call('HSET', KEYS[1], 'version', ARGV[2])
return ARGV[2]`)

/**
 * Returns a producer's head.
 *
 * KEYS: meta hash. Returns `{epoch, offset, version, verified (1 or 0)}`, the first three as text.
 */
export const headScript = script(runLua, `
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'version')
return {meta[2] or '0', meta[3] or '0', meta[4] or '0', meta[1] == run() and 1 or 0}`)
