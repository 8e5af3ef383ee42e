import { SESSION_OVERHEAD } from '../../limits.js'

/**
 * A session's field of the meta hash (`s:<device>\n<session>`) has `<seq> <epoch> <offset>` of its last accepted
 * message; offset 0 if only history knows its position. KEYS[1] is the meta hash, KEYS[3] the sorted set of these
 * fields by last use.
 *
 * `readMarks(sessions, epoch, history)`: the last accepted messages of the sessions (each `{field, floor}`, the floor
 * '' or a number) as `marks`, the indexes of those that have to be looked up as `unknown`, and the bytes of those that
 * were not remembered. With a history only a message of this epoch counts, since Redis may have been restored to an
 * older state.
 */
export const readMarksLua = `
local function readMarks(sessions, epoch, history)
  local marks, unknown, bytes, fields = {}, {}, 0, {}
  if #sessions == 0 then return marks, unknown, bytes end
  for i, session in ipairs(sessions) do fields[i] = session.field end
  local held = redis.call('HMGET', KEYS[1], unpack(fields))
  for i, session in ipairs(sessions) do
    local mark = { field = session.field, seq = -1, position = '' }
    local s, e, o
    if held[i] then
      s, e, o = string.match(held[i], '^(-?%d+) (%d+) (%d+)$')
    else
      bytes = bytes + #session.field + ${SESSION_OVERHEAD}
    end
    if s and (e == epoch or not history) then
      mark.seq = tonumber(s)
      if o ~= '0' then mark.position = e .. '-' .. o end
    elseif history then
      unknown[#unknown + 1] = i
      mark.seq = tonumber(session.floor)
      mark.text = session.floor .. ' ' .. epoch .. ' 0'
    end
    marks[i] = mark
  end
  return marks, unknown, bytes
end`

/**
 * `forgetSessions(bytes, maxBytes, epoch, stored, forgot)`: forgets the least recently used sessions until the others
 * take at most `maxBytes`, but none whose last message is not known to be stored. Returns the remaining bytes, and the
 * highest offset of the current epoch of a session that was ever forgotten.
 */
export const forgetSessionsLua = `
local function forgetSessions(bytes, maxBytes, epoch, stored, forgot)
  while bytes > maxBytes do
    local oldest = redis.call('ZRANGE', KEYS[3], 0, 99)
    if #oldest == 0 then return 0, forgot end
    local held = redis.call('HMGET', KEYS[1], unpack(oldest))
    local going = {}
    for i, field in ipairs(oldest) do
      local e, o = string.match(held[i] or '', ' (%d+) (%d+)$')
      if e == epoch then
        if tonumber(o) > stored then break end
        forgot = math.max(forgot, tonumber(o))
      end
      going[#going + 1] = field
      bytes = bytes - #field - ${SESSION_OVERHEAD}
      if bytes <= maxBytes then break end
    end
    if #going == 0 then break end
    redis.call('ZREM', KEYS[3], unpack(going))
    redis.call('HDEL', KEYS[1], unpack(going))
  end
  return math.max(bytes, 0), forgot
end`
