import t from 'tap'
import { brokerKinds, databaseKinds, testBroker } from '@motience/testing'
import type { ControlEvent } from '@motience/schemas'
import { subscribe, subscribers, testSetup, unsubscribe } from './test-sm.js'

const brokers = await brokerKinds()

for (const database of await databaseKinds()) {
  for (const kind of brokers) {
    t.test(
      `three instances on the ${database} database and the ${kind} broker change one producer's subscribers at once`,
      async t => {
        const parts = await testSetup(t, { database, broker: kind })
        const shared = () => (kind === 'memory' ? Promise.resolve(parts.broker) : testBroker(t, kind, { keep: true }))
        const apps = await Promise.all([0, 1, 2].map(async () => await parts.sm({ broker: await shared() })))
        const producer = await parts.producer()
        const consumers = await Promise.all(Array.from({ length: 8 }, () => parts.consumer()))
        const latest = new Map<number, Extract<ControlEvent, { type: 'subscription-changed' }>>()
        parts.broker.onControl(event => {
          if (event.type === 'subscription-changed' && event.version > (latest.get(event.consumer_id)?.version ?? 0)) {
            latest.set(event.consumer_id, event)
          }
        })

        let changes = 0
        await Promise.all(
          consumers.map(async (consumer, i) => {
            for (let round = 0; round < 6; round++) {
              const app = apps[(i + round) % 3]
              if (!app) throw new Error('no instance')
              const answers = await Promise.all([
                subscribe(app, consumer, producer),
                subscribe(apps[round % 3] ?? app, consumer, producer)
              ])
              t.strictSame(answers.map(({ status }) => status).sort(), [200, 201], 'of two at once one makes it')
              if (i === 0 && round === 5) break
              t.equal((await unsubscribe(app, consumer, producer)).status, 204)
              const [head] = await parts.broker.heads([producer.id])
              const list = await subscribers(app, producer, '?status=active')
              t.ok(
                (head?.version ?? 0) > 0 && (list.body.version ?? 0) >= (head?.version ?? 0),
                'what the broker knows is committed'
              )
              changes += 2
            }
          })
        )
        changes += 1

        const [app] = apps
        if (!app) throw new Error('no instance')
        const { body } = await subscribers(app, producer, '?status=active')
        t.equal(body.version, changes, 'each change has a version of its own')
        t.strictSame(
          body.subscribers?.map(({ consumer_id: id }) => id),
          [consumers[0]?.id]
        )
        t.match(await parts.broker.heads([producer.id]), [{ version: changes }])
        t.strictSame(
          consumers.map(({ id }) => latest.get(id)?.status),
          consumers.map((_consumer, i) => (i === 0 ? 'active' : 'inactive'))
        )
      }
    )
  }
}
