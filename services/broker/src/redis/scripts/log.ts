import { dropExpiredLua, unstoredLua } from './trim.js'
import { runLua, script, timeLua } from './script.js'

/**
 * Reads a log after a position, together with its head. Stored entries above the log's maximum age are dropped first.
 *
 * KEYS: meta hash, log stream. ARGV: epoch, offset, maximum entries, maximum age of the log (ms), bytes of text after
 * which the page ends.
 *
 * Returns `{epoch, offset, version, verified, whether more follow (1 or 0), entry…}`, an entry being
 * `{'<epoch>-<offset>', {'t', text, 'v', version, 'a', ms, 'b', bytes}}`.
 */
export const readLogScript = script(timeLua, runLua, unstoredLua, dropExpiredLua, `
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'version', 'stored')
dropExpired(KEYS[2], nowMillis - tonumber(ARGV[4]), meta[2], tonumber(meta[5] or '0'))
local result = {meta[2] or '0', meta[3] or '0', meta[4] or '0', meta[1] == run() and 1 or 0, 0}
local from, last = '(' .. ARGV[1] .. '-' .. ARGV[2], ARGV[1] .. '-18446744073709551615'
local left, bytes = tonumber(ARGV[3]), tonumber(ARGV[5])
while left > 0 and bytes > 0 do
  local count = math.min(left, 64)
  local part = redis.call('XRANGE', KEYS[2], from, last, 'COUNT', count)
  for _, entry in ipairs(part) do
    if bytes <= 0 then break end
    result[#result + 1] = entry
    bytes = bytes - #entry[2][2]
    from = '(' .. entry[1]
  end
  if #part < count then break end
  left = left - count
end
if #redis.call('XRANGE', KEYS[2], from, last, 'COUNT', 1) > 0 then result[5] = 1 end
return result`)

/**
 * Lists the epochs with entries in a log.
 *
 * KEYS: log stream. Returns the id `<epoch>-<offset>` of the last entry of each, the oldest first.
 */
export const loggedEpochsScript = script(`
local result, from = {}, '-'
while true do
  local first = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not first then return result end
  local last = string.match(first[1], '^%d+') .. '-18446744073709551615'
  result[#result + 1] = redis.call('XREVRANGE', KEYS[1], last, '-', 'COUNT', 1)[1][1]
  from = '(' .. last
end`)

/**
 * Drops stored entries above the log's maximum age.
 *
 * KEYS: meta hash, log stream. ARGV: maximum age of the log (ms), epoch and offset up to which everything is stored (''
 * and '' without a history). Returns the number of dropped entries.
 */
export const trimLogScript = script(timeLua, unstoredLua, dropExpiredLua, `
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'stored')
if not meta[1] then return 0 end
local offset, stored = tonumber(meta[2]), tonumber(meta[3] or '0')
if ARGV[2] == '' then stored = offset
elseif ARGV[2] == meta[1] then stored = math.max(stored, math.min(offset, tonumber(ARGV[3]))) end
redis.call('HSET', KEYS[1], 'stored', whole(stored))
return dropExpired(KEYS[2], nowMillis - tonumber(ARGV[1]), meta[1], stored)`)
