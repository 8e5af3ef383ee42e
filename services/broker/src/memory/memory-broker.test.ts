import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { ControlEvent } from '@motience/schemas'
import { createMemoryBroker } from './memory-broker.js'

const message = (n: number) => ({
  head: `{"n":${n},"epoch":`,
  tail: ',"id":null}',
  device: '',
  session: null,
  seq: null
})

const userEnabled = (userId: number): ControlEvent => ({ type: 'user-enabled', user_id: userId })

const openBroker = async (...options: Parameters<typeof createMemoryBroker>) => {
  const broker = createMemoryBroker(...options)
  const [expected] = await broker.heads([1])
  await broker.openEpoch({ producerId: 1, epoch: 1, expected: expected!, version: 0 })
  return broker
}

t.test('a handler that throws affects neither the message nor other handlers', async t => {
  const faults: string[] = []
  const broker = await openBroker({}, { onHandlerFault: (_error, channel) => faults.push(channel) })
  const got: string[] = []
  await broker.subscribe(7, () => { throw new Error('a fault') })
  await broker.subscribe(8, text => got.push(text))
  const [result] = await broker.accept([{ producerId: 1, version: 0, subscribers: [7, 8], messages: [message(1)] }])
  t.match(result, { kind: 'ok', outcomes: [{ kind: 'accepted', offset: 1 }] })
  t.same(got, ['{"n":1,"epoch":1,"offset":1,"id":null}'])
  t.same(faults, ['consumer_7'])
})

t.test('what a handler publishes is delivered after the current message', async t => {
  const broker = createMemoryBroker()
  const got: string[] = []
  broker.onControl(event => {
    got.push(`first ${JSON.stringify(event)}`)
    if (event.type === 'user-enabled' && event.user_id === 1) broker.publishControl(userEnabled(2)).catch(t.error)
  })
  broker.onControl(event => { got.push(`second ${JSON.stringify(event)}`) })
  await broker.publishControl(userEnabled(1))
  t.same(got.map(line => line.replace(/^(\w+) .*:(\d+)}$/, '$1 $2')), ['first 1', 'second 1', 'first 2', 'second 2'])
})

t.test('a closed broker rejects and delivers nothing', async t => {
  const broker = await openBroker()
  await broker.close()
  await t.rejects(broker.ping(), { name: 'BrokerUnavailableError' })
  await t.rejects(broker.accept([]), { name: 'BrokerUnavailableError' })
})

t.test('the log does not keep the request bodies of its messages in memory', async t => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const broker = await openBroker()
  t.teardown(() => broker.close())
  const before = used()
  for (let n = 0; n < 100; n++) {
    const rest = String.fromCharCode(0x61 + (n % 26)).repeat(1_000_000)
    const body = `{"payload":{"n":${n},"text":"${'x'.repeat(50)}"},"rest":"${rest}"}`
    const payload = JSON.stringify({ body }).slice(12, 80)
    await broker.accept([
      { producerId: 1, version: 0, subscribers: [], messages: [{ ...message(n), tail: `,"payload":${payload}}` }] }
    ])
  }
  const kept = used() - before
  t.ok(kept < 20_000_000, `${kept} bytes of 100 MB`)
})
