import { makeRoomLua, unstoredLua } from './trim.js'
import { deadlineLua, runLua, script, timeLua } from './script.js'
import { forgetSessionsLua, readMarksLua } from './sessions.js'

/**
 * Accepts messages of one producer in order, as many as fit into the log.
 *
 * KEYS: meta hash, log stream, sorted set of sessions. ARGV: deadline (ms), version, maximum entries of the log,
 * maximum bytes of the log, maximum bytes of sessions, epoch and offset up to which everything is stored ('' and ''
 * without a history), epoch and offset as of which the floors are valid ('' and '' without), number of subscribers (or
 * `wide`: one publication on the producer's channel, after the version), number of sessions; the subscribers' ids; for
 * each session: its field, its floor (or ''); for each message: head, tail, the number of its session (0 for none), seq
 * (or '').
 *
 * A log entry has the fields t (text), v (version), a (time of appending, ms) and b (bytes of all texts up to this
 * one), in this order. Besides head and run, the meta hash has `stored`, `bytes` and `base` (see `makeRoom`),
 * `sessionBytes` and `forgot` (see `forgetSessions`).
 *
 * Returns `{'unverified', epoch, offset, version}`, `{'stale', version}`, `{'unknown', epoch, offset, number of a
 * session…}`, `{'full', epoch, offset, stored}`, or `{'ok', epoch, stored, outcome…}` with one outcome per message: its
 * offset if it was accepted, `r` for a repeat, `r<epoch>-<offset>` for a repeat whose position is known.
 */
export const acceptScript = script(
  timeLua,
  deadlineLua,
  runLua,
  unstoredLua,
  makeRoomLua,
  readMarksLua,
  forgetSessionsLua,
  `
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'version', 'stored', 'bytes', 'base',
  'sessionBytes', 'forgot')
if meta[1] ~= run() then return {'unverified', meta[2] or '0', meta[3] or '0', meta[4] or '0'} end
if tonumber(ARGV[2]) < tonumber(meta[4]) then return {'stale', meta[4]} end

local version, epoch, offset = ARGV[2], meta[2], tonumber(meta[3])
local maxEntries, history = tonumber(ARGV[3]), ARGV[6] ~= ''
local room = { maxBytes = tonumber(ARGV[4]), stored = tonumber(meta[5] or '0'), bytes = tonumber(meta[6] or '0'),
  base = tonumber(meta[7] or '0') }
local forgot = tonumber(meta[9] or '0')
if not history then room.stored = offset
elseif ARGV[6] == epoch then room.stored = math.max(room.stored, math.min(offset, tonumber(ARGV[7]))) end

local channels, wide = {}, ARGV[10] == 'wide' and 'producer_' .. string.match(KEYS[2], '%d+')
if not wide then for i = 1, tonumber(ARGV[10]) do channels[i] = 'consumer_' .. ARGV[11 + i] end end
local sessions = {}
local first = 12 + #channels
for i = 1, tonumber(ARGV[11]) do sessions[i] = { field = ARGV[first + 2 * i - 2], floor = ARGV[first + 2 * i - 1] } end
local marks, unknown, newBytes = readMarks(sessions, epoch, history)
local floorsHold = ARGV[8] == epoch and forgot <= tonumber(ARGV[9])
for _, i in ipairs(unknown) do
  if not floorsHold or sessions[i].floor == '' then
    local result = {'unknown', epoch, whole(offset)}
    for _, number in ipairs(unknown) do result[#result + 1] = number end
    return result
  end
end

local result = {'ok', epoch, ''}
local time, before = whole(nowMillis), offset
for i = first + 2 * #sessions, #ARGV, 4 do
  local mark, seq = marks[tonumber(ARGV[i + 2])], tonumber(ARGV[i + 3])
  if mark and seq <= mark.seq then
    result[#result + 1] = seq == mark.seq and ('r' .. mark.position) or 'r'
  else
    local number = whole(offset + 1)
    local text = ARGV[i] .. epoch .. ',"offset":' .. number .. ARGV[i + 1]
    if history and offset - room.stored >= maxEntries then break end
    if room.bytes + #text - room.base > room.maxBytes and not makeRoom(KEYS[2], epoch, room, #text) then break end
    offset = offset + 1
    room.bytes = room.bytes + #text
    if not history then room.stored = offset end
    redis.call('XADD', KEYS[2], epoch .. '-' .. number, 't', text, 'v', version, 'a', time, 'b', whole(room.bytes))
    if wide then redis.call('PUBLISH', wide, version .. ' ' .. text)
    else for c = 1, #channels do redis.call('PUBLISH', channels[c], text) end end
    if mark then
      mark.seq, mark.position = seq, epoch .. '-' .. number
      mark.text = ARGV[i + 3] .. ' ' .. epoch .. ' ' .. number
    end
    result[#result + 1] = number
  end
end
local stored = whole(room.stored)
if #result == 3 and first + 2 * #sessions <= #ARGV then
  redis.call('HSET', KEYS[1], 'stored', stored)
  return {'full', epoch, whole(offset), stored}
end

-- A log of an earlier release ends by itself, stored or not.
if not meta[5] then redis.call('PERSIST', KEYS[2]) end
if offset > before then redis.call('XTRIM', KEYS[2], 'MAXLEN', maxEntries) end
local changed = {'version', version, 'offset', whole(offset), 'stored', stored, 'bytes', whole(room.bytes), 'base',
  whole(room.base)}
if #marks > 0 then
  local scores = {}
  for i, mark in ipairs(marks) do
    scores[2 * i - 1], scores[2 * i] = whole(nowMicros + i), mark.field
    if mark.text then changed[#changed + 1], changed[#changed + 2] = mark.field, mark.text end
  end
  redis.call('ZADD', KEYS[3], unpack(scores))
  local bytes = tonumber(meta[8] or '0') + newBytes
  changed[#changed + 1], changed[#changed + 2] = 'sessionBytes', whole(bytes)
  redis.call('HSET', KEYS[1], unpack(changed))
  local left
  left, forgot = forgetSessions(bytes, tonumber(ARGV[5]), epoch, room.stored, forgot)
  if left ~= bytes then redis.call('HSET', KEYS[1], 'sessionBytes', whole(left), 'forgot', whole(forgot)) end
else
  redis.call('HSET', KEYS[1], unpack(changed))
end
result[3] = stored
return result`
)
