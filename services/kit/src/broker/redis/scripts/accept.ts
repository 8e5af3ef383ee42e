import { deadlineLua, forgetSessionsLua, runLua, script, timeLua } from './script.js'

/**
 * Accepts messages of one producer: all of them, or none.
 *
 * KEYS: meta hash, log stream, sorted set of sessions.
 * ARGV: deadline (ms), version, most log entries, log's age (ms), most sessions, number of subscribers, their ids,
 * then for each message: head, tail, session's field (`s:<device>\n<session>`, or ''), seq (or '').
 *
 * A session's field holds `<seq> <epoch> <offset>` of its last accepted message. A log entry has the fields
 * t (text), v (version) and a (time of appending, ms), in this order.
 *
 * Returns `{'unverified', epoch, offset, version}`, `{'stale', version}`, or `{'ok', epoch, outcome…}` with one outcome
 * a message: its offset if it was accepted, `r` for a repeat, `r<epoch>-<offset>` for a repeat whose place is known.
 */
export const acceptScript = script(timeLua, deadlineLua, runLua, forgetSessionsLua, `
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'version')
if meta[1] ~= run() then return {'unverified', meta[2] or '0', meta[3] or '0', meta[4] or '0'} end
if tonumber(ARGV[2]) < tonumber(meta[4]) then return {'stale', meta[4]} end

local version, epoch, offset = ARGV[2], meta[2], tonumber(meta[3])
local time = whole(nowMillis)
local subscribers = tonumber(ARGV[6])
local channels = {}
for i = 1, subscribers do channels[i] = 'consumer_' .. ARGV[6 + i] end

local marks, names, changed = {}, {}, {}
local function markOf(field)
  if marks[field] == nil then
    local held = redis.call('HGET', KEYS[1], field)
    local seq, place
    if held then
      local s, e, o = string.match(held, '^(%d+) (%d+) (%d+)$')
      seq, place = tonumber(s), e .. '-' .. o
    end
    marks[field] = { seq = seq or -1, place = place }
    names[#names + 1] = field
  end
  return marks[field]
end

local result = {'ok', epoch}
local appended = 0
for i = 7 + subscribers, #ARGV, 4 do
  local field, seq = ARGV[i + 2], tonumber(ARGV[i + 3])
  local mark = field ~= '' and markOf(field) or nil
  if mark and seq <= mark.seq then
    result[#result + 1] = seq == mark.seq and ('r' .. mark.place) or 'r'
  else
    offset = offset + 1
    appended = appended + 1
    local number = whole(offset)
    local text = ARGV[i] .. epoch .. ',"offset":' .. number .. ARGV[i + 1]
    redis.call('XADD', KEYS[2], epoch .. '-' .. number, 't', text, 'v', version, 'a', time)
    for c = 1, subscribers do redis.call('PUBLISH', channels[c], text) end
    if mark then
      mark.seq, mark.place = seq, epoch .. '-' .. number
      mark.text = ARGV[i + 3] .. ' ' .. epoch .. ' ' .. number
    end
    result[#result + 1] = number
  end
end

if version ~= meta[4] or appended > 0 then
  redis.call('HSET', KEYS[1], 'version', version, 'offset', whole(offset))
end
if appended > 0 then
  redis.call('XTRIM', KEYS[2], 'MAXLEN', ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
if #names > 0 then
  local scores = {}
  for i, field in ipairs(names) do
    scores[#scores + 1], scores[#scores + 2] = whole(nowMicros + i), field
    if marks[field].text then changed[#changed + 1], changed[#changed + 2] = field, marks[field].text end
  end
  redis.call('ZADD', KEYS[3], unpack(scores))
  if #changed > 0 then redis.call('HSET', KEYS[1], unpack(changed)) end
  forgetSessions(tonumber(ARGV[5]))
end
return result`)
