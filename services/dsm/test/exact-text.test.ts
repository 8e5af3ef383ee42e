import { brokerKinds, createRandomJson, databaseKinds, seededRandom, waitFor } from '@motience/testing'
import t from 'tap'
import { resultsOf, testDsm, type TestDsm } from './test-dsm.js'

/** Payloads that parsing and writing again would change, or that are hard to keep. */
const payloads = [
  '{"imei":867322048123456789,"zero":-0,"fixed":0.1000,"large":1E5,"v":3.710,"small":1e-400}',
  '{"b":1,"a":2,"10":3,"9":4,"b":5}',
  '{ "spaced" : [ 1 ,\t2 ] }',
  '{"lines":\r\n[1,\n2]\r}',
  '{"escapes":"\\u00e9\\/\\u0041\\b","nul":"\\u0000","lone":"\\ud800 \\udfff","pair":"\\ud83d\\ude00","comma":"a,' +
  '\\"b\\""}',
  '{"é":"😀\u2028\ufeff\u007f","":""}',
  '{}'
]

const CR_LF = /[\r\n]/g

const sendText = async ({ app }: TestDsm, path: string, text: string | Buffer, token = 'service') =>
  await app.inject({
    method: 'POST',
    url: `/api/data${path}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: text
  })

/** The payloads' texts of a CSV document (RFC 4180), in order. */
const csvPayloads = (csv: string): string[] =>
  [...csv.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^",\r\n]*)(?:\r\n|$)/g)]
    .map(match => match[1]!)
    .map(field => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
    .slice(1)

for (const databaseKind of await databaseKinds()) {
  for (const brokerKind of await brokerKinds()) {
    t.test(`a payload arrives as it was sent, on ${databaseKind} and ${brokerKind}`, async t => {
      const dsm = await testDsm(t, { databaseKind, brokerKind })
      const { broker, sm, get, database } = dsm
      const json = createRandomJson(seededRandom(databaseKind.length * 31 + brokerKind.length))
      const sent = [...payloads, ...Array.from({ length: 200 }, () => json.object(4))]
      await sm.activate(1, 50)
      const published: string[] = []
      await broker.subscribe(50, text => { published.push(text) })

      for (const payload of payloads) {
        t.equal((await sendText(dsm, '', `{"producer_id":1 ,"payload" : ${payload} , "seq":1}`)).statusCode, 200)
      }
      const batch = await sendText(
        dsm,
        '/batch',
        ` {"messages":[${sent
          .slice(payloads.length)
          .map(payload => json.spaced(`{"payload":${payload},"producer_id":1}`))
          .join(',')}]}`
      )
      t.ok(resultsOf(batch).every(result => result.error === undefined))

      const endsWith = (texts: readonly string[], what: string): void => {
        t.equal(texts.length, sent.length, what)
        for (const [n, payload] of sent.entries()) {
          if (!texts[n]!.endsWith(`,"payload":${payload}}`)) t.fail(`${what}: ${JSON.stringify(payload)}`)
        }
      }
      await waitFor(() => published.length === sent.length, { what: 'all to be published' })
      endsWith(published, 'published')
      const [head] = await broker.heads([1])
      endsWith(
        (await broker.readLog(1, { epoch: head!.epoch, offset: 0 }, 1_000)).entries.map(entry => entry.text),
        'the log'
      )

      const page = await get('1?limit=1000')
      t.equal(page.body, `{"items":[${published.join(',')}],"next_cursor":null,"complete":true}`)
      const ndjson = await get('1', 'service', 'application/x-ndjson')
      t.equal(
        ndjson.body,
        published.map(text => `${text.replace(CR_LF, ' ')}\n`).join(''),
        'NDJSON: one message a line'
      )
      t.same(csvPayloads((await get('1', 'service', 'text/csv')).body), sent)

      await t.test('also where it is stored from the log', async t => {
        await database.sql`DELETE FROM dsm.messages WHERE producer_id = 1`
        await database.sql`UPDATE dsm.epochs SET checked_to = 0 WHERE producer_id = 1`
        t.equal((await get('1?limit=1000')).body, page.body)
      })
    })
  }
}

t.test('what is no payload is refused with its path, and in a batch for itself', async t => {
  const dsm = await testDsm(t, { settings: { maxPayload: 60 } })
  const cases: [string, string, string | undefined][] = [
    ['{"a":[1,{"b/c":1e400}]}', 'MOT_DSM_BAD_PAYLOAD', '/payload/a/1/b~1c'],
    ['{"a":-1e400,"a":1}', 'MOT_DSM_BAD_PAYLOAD', '/payload/a'],
    ['{"a":{"__prot\\u006f__":1}}', 'MOT_DSM_BAD_PAYLOAD', '/payload/a/__proto__'],
    [`{"a":${' '.repeat(54)}1}`, 'MOT_DSM_PAYLOAD_TOO_LARGE', undefined],
    ['[1]', 'MOT_BAD_INPUT', '/payload'],
    ['"text"', 'MOT_BAD_INPUT', '/payload']
  ]
  for (const [payload, code, path] of cases) {
    const expected = { code, ...path === undefined ? {} : { errors: [{ path }] } }
    const response = await sendText(dsm, '', `{"producer_id":1,"payload":${payload}}`)
    t.match(response.json(), expected, payload)
    t.equal(response.statusCode, code === 'MOT_DSM_PAYLOAD_TOO_LARGE' ? 413 : 400)
    const batch = await sendText(
      dsm,
      '/batch',
      `{"messages":[{"producer_id":2,"payload":{}},{"producer_id":2,"payload":${payload}},{"producer_id":2,` +
      '"payload":{}}]}'
    )
    t.match(resultsOf(batch), [{ producer_id: 2 }, { error: expected }, { producer_id: 2 }], payload)
  }
  t.equal(
    (await sendText(dsm, '', `{"producer_id":1,"payload":{"a":${' '.repeat(53)}1}}`)).statusCode,
    200,
    'white space counts as it was sent'
  )
  t.match((await dsm.get('1')).json(), { items: [{ payload: { a: 1 } }] })
})

t.test('of a member that comes twice the last counts, whichever of its letters are escaped', async t => {
  const dsm = await testDsm(t)
  await sendText(dsm, '', '{"producer_id":1,"payload":{"first":1e400},"p\\u0061yload":{"last":1.0}}')
  await sendText(
    dsm,
    '/batch',
    '{"messages":[],"messages":[{"payload":[],"payload":{"last":2.0},"producer_id":9,"producer_id":1}]}'
  )
  t.match((await dsm.get('1')).body, /"payload":\{"last":1\.0\}.*"payload":\{"last":2\.0\}/)
})

t.test('bytes that are not UTF-8 are refused, not replaced', async t => {
  const dsm = await testDsm(t)
  const body = (bytes: number[]) =>
    Buffer.concat([Buffer.from('{"producer_id":1,"payload":{"a":"'), Buffer.from(bytes), Buffer.from('"}}')])
  t.equal((await sendText(dsm, '', body([0xc3, 0xa9]))).statusCode, 200)
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const response = await sendText(dsm, '', body(bytes))
    t.match([response.statusCode, response.json()], [400, { code: 'MOT_BAD_JSON', detail: 'The body is not UTF-8' }])
  }
  for (const text of ['\ufeff{"producer_id":1,"payload":{}}', '{"producer_id":1,"payload":{}}\u0000', '']) {
    t.match((await sendText(dsm, '', text)).json(), { code: 'MOT_BAD_JSON' }, 'nor is anything but JSON')
  }
})
