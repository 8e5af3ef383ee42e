import { get as httpGet, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { databaseKinds, waitFor } from '@motience/testing'
import type { Envelope } from '@motience/schemas'
import t from 'tap'
import { fillHistory, testDsm, type TestDsm } from './test-dsm.js'

const COUNT = 100_000

const open = async ({ app }: TestDsm, path: string, accept: string, token = 'service'): Promise<IncomingMessage> => {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  // Filling the embedded database holds up the event loop, and for that the service may ask for patience at first.
  return await waitFor(async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(
        {
          host: '127.0.0.1',
          port,
          path: `/api/data/${path}`,
          agent: false,
          headers: { accept, authorization: `Bearer ${token}` }
        },
        resolve
      ).on('error', reject)
    })
    if (response.statusCode !== 503) return response
    response.resume()
    return null
  }, { timeoutMs: 30_000, what: 'a service with time' })
}

/** Messages that were read from the database for streams so far. */
const messagesRead = async ({ app }: TestDsm): Promise<number> => {
  const text = await app.metrics.getSingleMetricAsString('motience_dsm_history_messages_total')
  return Number(/^motience_dsm_history_messages_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Waits until nothing more is read, and tells how much was. */
const standstill = async (dsm: TestDsm): Promise<number> => {
  let last = -1
  let still = 0
  return await waitFor(async () => {
    const now = await messagesRead(dsm)
    still = now === last ? still + 1 : 0
    last = now
    return still === 10 ? now : null
  }, { timeoutMs: 30_000, what: 'the reading to stand still' })
}

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const dsm = await testDsm(t, { databaseKind })
    await fillHistory(dsm.database, 1, COUNT)

    t.test('100,000 messages come as NDJSON, in order, no faster than they are read', async t => {
      const response = await open(dsm, '1', 'application/x-ndjson')
      t.match(response.headers, {
        'content-type': /^application\/x-ndjson/,
        'motience-complete': 'true',
        'motience-up-to': `1-${COUNT}`
      })
      const ahead = await standstill(dsm)
      t.ok(ahead < COUNT / 2, `${ahead} messages were read ahead for a client that reads none`)
      let expected = 1
      for await (const line of createInterface({ input: response })) {
        const { offset, payload } = JSON.parse(line) as Envelope
        if (offset !== expected || payload['v'] !== offset) t.fail(`${line} came instead of ${expected}`)
        expected++
      }
      t.equal(expected, COUNT + 1)
      t.equal(await messagesRead(dsm), COUNT)
    })

    t.test('a client that goes away ends the reading', async t => {
      const before = await messagesRead(dsm)
      const response = await open(dsm, '1?order=desc', 'text/csv')
      response.once('data', () => response.destroy())
      await waitFor(() => response.destroyed, { timeoutMs: 30_000 })
      t.ok(await standstill(dsm) - before < COUNT / 2)
    })

    t.test('a stream takes the limit and the place that it is given', async t => {
      const response = await dsm.get(`1?limit=3&after=1-${COUNT - 10}`, 'service', 'application/x-ndjson')
      t.same(
        response.body
          .trimEnd()
          .split('\n')
          .map(line => (JSON.parse(line) as Envelope).offset),
        [9, 8, 7].map(n => COUNT - n)
      )
    })

    t.test('CSV has the same columns for every message, quoted where it must be', async t => {
      await dsm.postBatch([
        {
          producer_id: 2,
          device_id: 'pi',
          id: 'a "b", c',
          session: 's',
          seq: 1,
          timestamp: '2026-01-02T00:00:00Z',
          clock_offset_ms: -5,
          payload: { t: 'line\nbreak, "x"' }
        },
        { producer_id: 2, payload: {} }
      ])
      const response = await dsm.get('2', 'service', 'text/csv')
      t.match(response.headers['content-type'], /^text\/csv/)
      const times = (await dsm.get('2')).json<{ items: Envelope[] }>().items
      const epoch = times[0]!.epoch
      t.equal(
        response.body,
        [
          'producer_id,device_id,epoch,offset,id,session,seq,timestamp,clock_offset_ms,received_at,payload',
          `2,pi,${epoch},1,"a ""b"", c",s,1,2026-01-02T00:00:00.000Z,-5,${times[0]!.received_at},` +
          '"{""t"":""line\\nbreak, \\""x\\""""}"',
          `2,,${epoch},2,,,,${times[1]!.timestamp},,${times[1]!.received_at},{}`,
          ''
        ].join('\r\n')
      )
    })

    t.test('a service that stops breaks streams off', async t => {
      const other = await testDsm(t, { database: dsm.database, broker: dsm.broker, sm: dsm.sm })
      const response = await open(other, '1', 'application/x-ndjson')
      const broken = new Promise<NodeJS.ErrnoException>(resolve => { response.once('error', resolve) })
      await other.app.close()
      response.resume()
      t.equal((await broken).code, 'ECONNRESET')
    })

    t.test('a stranger gets a problem, whatever it accepts', async t => {
      const response = await dsm.get('1', 'consumer-5', 'text/csv')
      t.equal(response.statusCode, 403)
      t.match(response.headers['content-type'], /^application\/problem\+json/)
    })
  })
}
