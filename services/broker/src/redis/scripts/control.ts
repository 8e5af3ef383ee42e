import { deadlineLua, script, timeLua } from './script.js'

/**
 * Numbers a control event and publishes it.
 *
 * KEYS: count. ARGV: deadline (ms), channel, the event as JSON without its last brace. Returns the published text.
 */
export const publishControlScript = script(timeLua, deadlineLua, `
local text = ARGV[3] .. ',"number":' .. whole(redis.call('INCR', KEYS[1])) .. '}'
redis.call('PUBLISH', ARGV[2], text)
return text`)

/**
 * Publishes a probe with the count of control events: `<token> <count>`.
 *
 * KEYS: count. ARGV: channel, token. Returns 1.
 */
export const probeScript = script(`
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. (redis.call('GET', KEYS[1]) or '0'))
return 1`)
