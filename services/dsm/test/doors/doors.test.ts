import { deflateSync, gzipSync } from 'node:zlib'
import { databaseKinds, waitFor } from '@motience/testing'
import { DOOR_BODY_LIMIT } from '@motience/schemas'
import t, { type Test } from 'tap'
import { storedOf } from '../test-dsm.js'
import { doors, type Door } from './all-doors.js'
import { payloadIn, testDoors, type TestDoors } from './test-doors.js'

t.setTimeout(180_000)

const gzip = { 'content-encoding': 'gzip' }

const countOf = async ({ database }: TestDoors): Promise<number> => (await storedOf(database, 1)).length

/** The assertions that hold for every way to send. */
const checkDoor = async (t: Test, door: Door) => {
  const dsm = await testDoors(t)
  const { send, received, get, database, log } = dsm

  await t.test('numbers arrive with their digits, live and from history', async t => {
    for (const [sent] of door.numbers) {
      const response = await send(door, door.body([sent]))
      t.ok(response.statusCode < 300, `${sent}: ${response.statusCode} ${response.body}`)
    }
    t.equal(await countOf(dsm), door.numbers.length, 'what is acked is stored')
    await waitFor(() => received.length === door.numbers.length, { what: 'live delivery' })
    for (const [n, [sent, expected]] of door.numbers.entries()) {
      t.ok(payloadIn(received[n]!).includes(`"v":${expected}}`), sent)
      t.match(received[n], '"device_id":"pi"')
      if (door.isRepeatable) t.match(received[n], '"timestamp":"2026-01-31T08:30:00.123456789Z"')
    }
    t.equal((await get('1')).body, `{"items":[${received.join(',')}],"next_cursor":null,"complete":true}`)
  })

  await t.test('who may not send is refused', async t => {
    const stored = await countOf(dsm)
    const body = door.body(['77'])
    for (const token of [null, 'bad']) {
      const response = await send(door, body, { token })
      t.equal(response.statusCode, 401)
      t.equal(door.error(response), door.unauthorized)
      t.equal(response.headers['www-authenticate'], 'Bearer')
    }
    const response = await send(door, body, { token: 'consumer-50' })
    t.equal(response.statusCode, 403)
    t.equal(door.error(response), door.forbidden)
    t.equal(await countOf(dsm), stored)
  })

  await t.test('compressed bodies are taken, bombs and oversized ones are not', async t => {
    received.length = 0
    for (const [value, compressed, encoding] of [
      ['1.50', gzipSync(door.body(['1.50'])), 'gzip'],
      ['1.25', deflateSync(door.body(['1.25'])), 'deflate'],
      ['1.75', door.body(['1.75']), 'identity']
    ] as const) {
      const response = await send(door, compressed, { headers: { 'content-encoding': encoding } })
      t.ok(response.statusCode < 300, `${encoding}: ${response.body}`)
      await waitFor(() => received.some(text => Number(/"v":([\d.]+)\}/.exec(text)?.[1]) === Number(value)))
    }
    const stored = await countOf(dsm)
    for (const [what, body, headers] of [
      ['a bomb', gzipSync(Buffer.alloc(4 * 1_048_576, ' ')), gzip],
      ['a larger bomb', gzipSync(Buffer.alloc(DOOR_BODY_LIMIT * 8, ' ')), gzip],
      ['oversized', Buffer.alloc(DOOR_BODY_LIMIT + 1, ' '), {}]
    ] as const) {
      const response = await send(door, body, { headers })
      t.equal(response.statusCode, 413, what)
      t.equal(door.error(response), door.tooLarge, what)
    }
    t.equal((await send(door, door.body(['78']), { headers: gzip })).statusCode, 400, 'not gzip')
    t.equal((await send(door, gzipSync(door.body(['78'])).subarray(0, -9), { headers: gzip })).statusCode, 400, 'cut')
    const unknown = await send(door, door.body(['78']), { headers: { 'content-encoding': 'br' } })
    t.equal(unknown.statusCode, 415)
    t.equal(unknown.headers['accept-encoding'], 'gzip, deflate')
    t.equal(await countOf(dsm), stored)
  })

  await t.test('what is invalid is refused by itself', async t => {
    const stored = await countOf(dsm)
    if (door.refused === null) {
      t.equal((await send(door, door.body([null]))).statusCode, 400)
      t.equal(await countOf(dsm), stored)
    } else {
      t.strictSame(door.refused(await send(door, door.body(['1', '2', null, '4', null]))), { count: 2, which: 2 })
      t.equal(await countOf(dsm), stored + 3)
    }
  })

  await t.test('a request that is sent again is a repeat if its readings have times', async t => {
    const stored = await countOf(dsm)
    const body = door.body(['5', '5', '6'])
    for (let n = 0; n < 2; n++) t.ok((await send(door, body)).statusCode < 300)
    t.ok((await send(door, gzipSync(body), { headers: gzip })).statusCode < 300)
    t.equal(await countOf(dsm), stored + 3)
    t.ok((await send(door, door.body(['5', '5', '7']))).statusCode < 300)
    t.equal(await countOf(dsm), stored + (door.isRepeatable ? 6 : 4), 'another request is not')
  })

  if (door.takesDeviceKeys) {
    await t.test('a device key sends as its device only', async t => {
      received.length = 0
      t.ok((await send(door, door.body(['8']), { token: 'key-1-pi' })).statusCode < 300)
      await waitFor(() => received.length === 1)
      t.match(received[0], '"device_id":"pi"')
      await send({ ...door, url: door.url.replace('=pi', '=other') }, door.body(['1'], 'other'), { token: 'key-1-pi' })
      t.same([...await database.sql`SELECT DISTINCT device_id FROM dsm.messages`], [{ device_id: 'pi' }])
    })
  }

  await t.test('no credential and no value reaches the log', async t => {
    log.length = 0
    await send(door, door.body(['31415', null]))
    await send(door, 'x 31415')
    const basic = `Basic ${btoa('user:s3cret')}`
    for (const authorization of ['Bearer bad', basic, 'Token s3cret', 'Bearer s3cret', 'Digest s3cret']) {
      await send(door, door.body(['31415']), { token: null, headers: { authorization } })
    }
    const url = `${door.url}${door.url.includes('?') ? '&' : '?'}p=s3cret`
    await send({ ...door, url }, door.body(['31415']), { token: null })
    t.ok(log.length > 0)
    t.notMatch(log.join(''), /s3cret|31415|czNjcmV0/)
  })
}

for (const door of doors) t.test(door.name, async t => { await checkDoor(t, door) })

if ((await databaseKinds()).includes('postgres')) {
  t.test('every door acknowledges after the commit', async t => {
    const { send, received, database } = await testDoors(t, { databaseKind: 'postgres' })
    t.equal((await send(doors[0]!, doors[0]!.body(['0']))).statusCode, 200, 'the epoch is open')
    for (const [n, door] of doors.entries()) {
      let response: Promise<{ statusCode: number }> | undefined
      let isAnswered = false
      await database.sql.begin(async sql => {
        await sql`LOCK TABLE dsm.messages IN SHARE MODE`
        response = send(door, door.body([String(n + 1)]))
        response.then(() => { isAnswered = true }, () => {})
        await waitFor(() => received.length === n + 2, { what: 'live delivery, which does not wait' })
        await waitFor(async () => {
          const [{ count }] = await sql<[{ count: number }]>`
            SELECT count(*)::integer AS count FROM pg_locks WHERE NOT granted AND relation = 'dsm.messages'::regclass`
          return count > 0
        }, { what: 'the commit to wait for the lock' })
        t.notOk(isAnswered, door.name)
      })
      t.ok((await response!).statusCode < 300)
      t.equal((await storedOf(database, 1)).length, n + 2)
    }
  })
}
