import t from 'tap'
import { brokerKinds, databaseKinds } from '@motience/testing'
import { call, patch, statusOf, subscribe, subscribers, testSetup, unsubscribe } from './test-sm.js'

const brokers = await brokerKinds()

for (const database of await databaseKinds()) {
  for (const broker of brokers) {
    t.test(`on the ${database} database and the ${broker} broker`, async t => {
      const parts = await testSetup(t, { database, broker })
      const app = await parts.sm()

      t.test('a subscription is made once, and the broker knows its version before the answer', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        const made = await subscribe(app, consumer, producer)
        t.match(made, {
          status: 201,
          body: {
            id: Number,
            consumer_id: consumer.id,
            producer_id: producer.id,
            status: 'active',
            activated_version: 1,
            version: 1
          }
        })
        t.match(made.body.activated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        t.match(await parts.broker.heads([producer.id]), [{ version: 1 }])
        const again = await subscribe(app, consumer, producer)
        t.equal(again.status, 200)
        t.strictSame(again.body, made.body)
        t.match(await parts.broker.heads([producer.id]), [{ version: 1 }], 'nothing changed')
      })

      t.test('unsubscribing ends it once, and it can be made anew', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        const { body: { id } } = await subscribe(app, consumer, producer)
        t.equal((await unsubscribe(app, consumer, producer)).status, 204)
        t.match(await parts.broker.heads([producer.id]), [{ version: 2 }])
        t.equal(await statusOf(app, consumer, producer), 'inactive')
        t.match(await unsubscribe(app, consumer, producer), { status: 404, body: { code: 'MOT_SM_NO_SUBSCRIPTION' } })
        t.match(await subscribe(app, consumer, producer), {
          status: 201,
          body: { id, status: 'active', activated_version: 3, version: 3 }
        })
        const inBody = await call(app, 'DELETE /api/unsubscribe', {
          token: consumer.token,
          body: { producer_id: producer.id }
        })
        t.equal(inBody.status, 204)
      })

      t.test('where the producer approves by hand, who asks waits until it does', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        t.match(await call(app, `GET /api/producers/${producer.id}/policy`, { token: producer.token }), {
          status: 200,
          body: { approval: 'automatic' }
        })
        t.match(
          await call(app, `PUT /api/producers/${producer.id}/policy`, {
            token: producer.token,
            body: { approval: 'manual' }
          }),
          { status: 200, body: { approval: 'manual' } }
        )
        const asked = await subscribe(app, consumer, producer)
        t.match(asked, { status: 201, body: { status: 'pending', activated_at: null, activated_version: null } })
        t.match(await subscribe(app, consumer, producer), { status: 200, body: { status: 'pending' } })
        t.strictSame((await subscribers(app, producer, '?status=active')).body.subscribers, [])
        const id = asked.body.id ?? 0
        t.match(await patch(app, producer, id, 'active'), {
          status: 200,
          body: { status: 'active', activated_version: 2, version: 2 }
        })
        t.match(await patch(app, producer, id, 'active'), { status: 200, body: { status: 'active', version: 2 } })
        t.match((await subscribers(app, producer, '?status=active')).body, {
          version: 2,
          subscribers: [
            { subscription_id: id, consumer_id: consumer.id, username: consumer.username, status: 'active' }
          ],
          next_cursor: null
        })
      })

      t.test(
        'whom the producer refused or revoked waits for its approval, and unsubscribing does not change that',
        async t => {
          const [producer, consumer] = [await parts.producer(), await parts.consumer()]
          const {
            body: { id = 0 }
          } = await subscribe(app, consumer, producer)
          t.match(await patch(app, producer, id, 'inactive'), {
            status: 200,
            body: { status: 'inactive', activated_at: null }
          })
          t.match(await patch(app, producer, id, 'inactive'), { status: 200, body: { version: 2 } })
          t.match(await unsubscribe(app, consumer, producer), { status: 404 })
          t.match(await subscribe(app, consumer, producer), { status: 201, body: { status: 'pending' } })
          t.equal((await unsubscribe(app, consumer, producer)).status, 204)
          t.match(await subscribe(app, consumer, producer), { status: 201, body: { status: 'pending' } })
          t.match(await patch(app, producer, id, 'inactive'), { status: 200, body: { status: 'inactive' } })
          t.match(
            await patch(app, producer, id, 'active'),
            { status: 200, body: { status: 'active' } },
            'it may change its mind'
          )
          t.equal((await unsubscribe(app, consumer, producer)).status, 204)
          t.match(
            await subscribe(app, consumer, producer),
            { status: 201, body: { status: 'active' } },
            'an approval lasts'
          )
        }
      )

      t.test('a change by an instance of an earlier release follows no known version', async t => {
        const [producer, consumer, other] = [await parts.producer(), await parts.consumer(), await parts.consumer()]
        const { sql } = parts.database
        const { body: { id = 0 } } = await subscribe(app, consumer, producer)
        await subscribe(app, other, producer)
        const previousVersion = async () =>
          (await sql<{ value: number | null }[]>`
            SELECT previous_version AS value FROM sm.subscriptions WHERE id = ${id}`)[0]?.value
        t.equal(await previousVersion(), 0)
        await sql`UPDATE sm.subscriptions SET changed_version = 3 WHERE id = ${id}`
        t.equal(await previousVersion(), null)
      })

      t.test('nobody is made a subscriber who left', async t => {
        const [producer, consumer] = [await parts.producer(), await parts.consumer()]
        const { body: { id = 0 } } = await subscribe(app, consumer, producer)
        await unsubscribe(app, consumer, producer)
        t.match(await patch(app, producer, id, 'active'), { status: 409, body: { code: 'MOT_SM_NOT_ASKED' } })
        t.match(await patch(app, producer, id, 'inactive'), { status: 200, body: { status: 'inactive', version: 2 } })
      })

      t.test(
        'each change is published on the control channel, with its version and the one that it follows',
        async t => {
          const [producer, consumer] = [await parts.producer(), await parts.consumer()]
          const told: unknown[] = []
          t.teardown(
            parts.broker.onControl(event => {
              if (event.type !== 'subscription-changed' || event.producer_id !== producer.id) return
              const { status, reason, version, previous_version: previousVersion, activated_version: activated } = event
              told.push([event.consumer_id, status, reason, previousVersion, version, activated])
            })
          )
          const {
            body: { id = 0 }
          } = await subscribe(app, consumer, producer)
          await patch(app, producer, id, 'inactive')
          await subscribe(app, consumer, producer)
          await patch(app, producer, id, 'inactive')
          await patch(app, producer, id, 'active')
          await unsubscribe(app, consumer, producer)
          await t.resolves(parts.broker.ping(), 'what was told before an answer is handed on before the next')
          t.strictSame(told, [
            [consumer.id, 'active', 'subscribed', 0, 1, 1],
            [consumer.id, 'inactive', 'revoked', 1, 2, null],
            [consumer.id, 'pending', 'requested', 2, 3, null],
            [consumer.id, 'inactive', 'refused', 3, 4, null],
            [consumer.id, 'active', 'approved', 4, 5, 5],
            [consumer.id, 'inactive', 'unsubscribed', 5, 6, null]
          ])
        }
      )
    })
  }
}
