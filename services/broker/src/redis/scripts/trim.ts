/**
 * `isUnstored(id, epoch, stored)`: whether the entry is not known to be stored: it is of the current epoch and above
 * the offset up to which everything is. Such an entry is never dropped.
 */
export const unstoredLua = `
local function isUnstored(id, epoch, stored)
  local e, o = string.match(id, '^(%d+)-(%d+)$')
  return e == epoch and tonumber(o) > stored
end`

/**
 * `makeRoom(log, epoch, room, size)`: whether a text of `size` bytes fits into the log, after stored entries were
 * dropped from its front; a sixteenth more than needed, so that not every message has to do it. `room` has `stored`,
 * `maxBytes`, `bytes` (of all texts ever appended, as in field b of entries) and `base`, a lower bound of the bytes
 * before the front, which dropping by count leaves outdated, and which is updated here.
 */
export const makeRoomLua = `
local function makeRoom(log, epoch, room, size)
  local target = room.maxBytes - room.maxBytes / 16
  while true do
    local front = redis.call('XRANGE', log, '-', '+', 'COUNT', 32)
    local going = 0
    for _, entry in ipairs(front) do
      local upTo = tonumber(entry[2][8] or '0')
      room.base = math.max(room.base, upTo - #entry[2][2])
      if room.bytes + size - room.base <= target or isUnstored(entry[1], epoch, room.stored) then break end
      going = going + 1
      room.base = math.max(room.base, upTo)
    end
    if going > 0 then redis.call('XTRIM', log, 'MAXLEN', redis.call('XLEN', log) - going) end
    if #front == 0 then room.base = room.bytes end
    if going < 32 then return going == #front or room.bytes + size - room.base <= room.maxBytes end
  end
end`

/**
 * `dropExpired(log, oldestMillis, epoch, stored)`: drops stored entries that were appended before that time; returns
 * their number. Entries are in order of time, so only the front is read.
 */
export const dropExpiredLua = `
local function dropExpired(log, oldestMillis, epoch, stored)
  local dropped = 0
  while true do
    local front = redis.call('XRANGE', log, '-', '+', 'COUNT', dropped == 0 and 1 or 100)
    local keep = 1
    while keep <= #front and tonumber(front[keep][2][6]) < oldestMillis
      and not isUnstored(front[keep][1], epoch, stored) do keep = keep + 1 end
    if keep == 1 then return dropped end
    dropped = dropped + redis.call('XTRIM', log, 'MAXLEN', redis.call('XLEN', log) - (keep - 1))
  end
end`
