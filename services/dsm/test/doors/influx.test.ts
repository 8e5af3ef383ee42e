import { connect } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { listen } from '@motience/kit'
import { waitFor } from '@motience/testing'
import { MAX_DOOR_POINTS } from '@motience/schemas'
import t from 'tap'
import { storedOf } from '../test-dsm.js'
import { testDoors } from './test-doors.js'

const v2 = { url: '/api/v2/write?org=o&bucket=b&precision=s', contentType: 'text/plain; charset=utf-8' }
const v1 = { url: '/write?db=d&precision=s', contentType: 'text/plain' }

t.test('every form in which clients send a credential', async t => {
  const { app, database } = await testDoors(t)
  const basic = `Basic ${Buffer.from('any:producer-1').toString('base64')}`
  for (const [url, authorization] of [
    [v2.url, 'Token producer-1'], [v2.url, 'Bearer producer-1'], [v2.url, basic],
    [v1.url, basic], [v1.url, 'Token any:producer-1'], [`${v1.url}&u=any&p=producer-1`, undefined]
  ] as const) {
    const response = await app.inject({
      method: 'POST', url, headers: { ...authorization === undefined ? {} : { authorization } }, payload: 'm f=1'
    })
    t.equal(response.statusCode, 204, `${url} ${authorization}: ${response.body}`)
    t.equal(response.body, '')
  }
  t.equal((await storedOf(database, 1)).length, 6)
  const refused = await app.inject({ method: 'POST', url: `${v2.url}&p=producer-1`, payload: 'm f=1' })
  t.match(refused.json(), { code: 'unauthorized', message: /token/ }, 'version 2 has no password in the query')
  t.match((await app.inject({ method: 'POST', url: v1.url, payload: 'm f=1' })).json(), { error: /token/ })
})

t.test('what clients ask before they write', async t => {
  const { app } = await testDoors(t)
  for (const method of ['GET', 'HEAD'] as const) {
    const response = await app.inject({ method, url: '/ping' })
    t.equal(response.statusCode, 204)
    t.equal(response.headers['x-influxdb-version'], '2.7.0-motience')
  }
  t.match((await app.inject({ method: 'POST', url: '/api/v2/query' })).json(), { status: 404, code: 'MOT_NOT_FOUND' })
  t.match((await app.inject({ url: '/api/v2/write' })).json(), { status: 405 })
})

t.test('a partial write names its lines', async t => {
  const { send } = await testDoors(t)
  const body = '# comment\ncpu,device=a v=1 1769848200\ncpu,device=a v= 1769848200\n\ncpu,device=a,device=b v=1\n'
  const response = await send(v2, body)
  t.equal(response.statusCode, 400)
  t.strictSame(response.json(), {
    code: 'invalid',
    message: 'partial write: 2 of 3 lines refused: line 3: missing field value dropped=2',
    line: 3,
    accepted: 1,
    refused: 2,
    errors: [{ line: 3, message: 'missing field value' }, { line: 5, message: 'duplicate tag' }]
  })
  t.strictSame((await send(v1, body)).json(), {
    error: 'partial write: 2 of 3 lines refused: line 3: missing field value dropped=2'
  })
  t.match((await send(v2, 'm __proto__=1')).json(), { errors: [{ message: /__proto__/ }] })
  t.match((await send(v2, `m f="${'x'.repeat(70_000)}"`)).json(), { errors: [{ message: /maximum payload size/ }] })
  t.match((await send(v2, Buffer.from([0x6d, 0xff]))).json(), { code: 'invalid', message: 'The body is not UTF-8' })
  t.equal((await send(v2, '\n# nothing\n')).statusCode, 204)
  const many = 'm f=\n'.repeat(MAX_DOOR_POINTS)
  const { refused, errors } = (await send(v2, many)).json<{ refused: number, errors: object[] }>()
  t.strictSame([refused, errors.length], [MAX_DOOR_POINTS, 100])
  t.match((await send(v2, `${many}m f=1`)).json(), { code: 'request too large' })
  t.match((await send({ ...v2, url: '/api/v2/write?precision=x' }, 'm f=1')).json(), { code: 'invalid' })
})

t.test('a request that could not be stored is sent again as a whole, and what was stored is a repeat', async t => {
  const { send, sm, database } = await testDoors(t, { settings: { acceptDeadlineMs: 1_500 } })
  const body = Array.from({ length: 2_500 }, (_, n) => `m,device=a v=${n}i 1769848200`).join('\n')
  sm.down = true
  const refused = await send({ ...v2, url: `${v2.url}&device_tag=device` }, body, { token: 'producer-2' })
  t.equal(refused.statusCode, 503)
  t.match(refused.json(), { code: 'unavailable' })
  t.equal(refused.headers['retry-after'], '1')
  sm.down = false
  // On a busy machine a part may miss the deadline, too, and is sent again.
  const resend = async () => (await send(v2, body, { token: 'producer-2' })).statusCode === 204
  for (let n = 0; n < 2; n++) await waitFor(resend, { what: 'all lines to be stored' })
  const stored = await storedOf(database, 2)
  t.strictSame(stored.map(({ seq }) => seq), Array.from({ length: 2_500 }, (_, n) => n))
})

t.test('messages of several devices, in order, with and without times', async t => {
  const { send, received } = await testDoors(t)
  t.equal((await send(v2, 'm,host=a v=1 1769848200\nm,device=b,host=a v=2\nm v=3 1769848201')).statusCode, 204)
  await waitFor(() => received.length === 3)
  t.match(received.map(text => JSON.parse(text) as object), [
    { device_id: 'a', session: /^influx-/, seq: 0, timestamp: '2026-01-31T08:30:00.000Z' },
    { device_id: 'b', session: null, seq: null },
    { device_id: null, session: /^influx-/, seq: 2, timestamp: '2026-01-31T08:30:01.000Z' }
  ])
  await send({ ...v2, url: `${v2.url}&device_tag=room` }, 'm,room=attic,device=b v=1')
  await waitFor(() => received.length === 4)
  t.match(received[3], '"device_id":"attic"')
})

t.test('a byte order mark is not part of the first line, nor of a payload', async t => {
  const { app, received } = await testDoors(t)
  const send = async (url: string, payload: string) =>
    (await app.inject({ method: 'POST', url, payload, headers: { authorization: 'Bearer producer-1' } })).statusCode
  t.equal(await send(v2.url, '\ufeffm f=1'), 204)
  await waitFor(() => received.length === 1)
  t.notMatch(received[0], '\ufeff')
  t.equal(await send('/api/data/payload', '\ufeff{"a":1}'), 400)
  t.equal(await send('/api/data/payload', ' \r\n\t{"a":1}\n'), 200)
})

t.test('a bomb over a real connection is answered, and the connection does not hang', async t => {
  const { app } = await testDoors(t)
  const url = new URL(await listen(app, { host: '127.0.0.1', port: 0, variable: 'DSM_PORT' }))
  const socket = connect(Number(url.port), '127.0.0.1')
  t.teardown(() => { socket.destroy() })
  const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, ' '))
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => { answer += text })
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(`POST ${v2.url} HTTP/1.1\r\nHost: x\r\nAuthorization: Token producer-1\r\nContent-Encoding: gzip\r\n` +
    `Content-Type: text/plain\r\nContent-Length: ${bomb.length}\r\n\r\n`)
  socket.write(bomb)
  await waitFor(() => answer.includes('request too large'), { what: 'the answer' })
  t.match(answer, /^HTTP\/1\.1 413 /)
  socket.write('GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await closed
})
