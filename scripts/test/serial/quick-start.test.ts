import { brokerKinds, databaseKinds, startRedis, testDatabaseUrl, waitFor } from '@motience/testing'
import { createClient } from 'redis'
import t, { type Test } from 'tap'
import { npmStart, openShell, printedShapes, quickStartStep, shapesIn } from './quick-start.js'

/** A program at a terminal has an input that stays open; bash does not wait for the end of this one. */
const withOpenInput = (command: string): string => `${command.trim()} < <(sleep 30)`

/** Follows QUICK_START.md step by step, and compares the output with what is printed there. */
const follow = async (t: Test) => {
  const shell = openShell(t)
  const printed: string[] = []
  const type = async (commands: string): Promise<string> => {
    const output = await shell.type(commands)
    printed.push(output)
    return output
  }
  const signedUp = await type(await quickStartStep('sign up'))
  t.match(signedUp, /"username":"greenhouse"/)
  t.match(signedUp, /"role":"consumer"/)
  t.match(await type(await quickStartStep('subscribe')), /"status":"active"/)

  const listener = await shell.leave(await quickStartStep('listen'))
  await waitFor(async () => (await listener.output()).includes('"welcome"'), { what: 'the consumer\'s welcome' })

  const acked = await type(withOpenInput(await quickStartStep('send')))
  t.match(acked, /"type":"ack","subscriberCount":1,"epoch":\d+,"offset":1/)
  await waitFor(async () => (await listener.output()).includes('"payload":{"temperature": 21.5}'), {
    what: 'the reading at the consumer'
  })

  const kept = await type(await quickStartStep('rest'))
  t.match(kept, /"offset":2,"subscriberCount":1/)
  t.match(kept, /"temperature": 21\.5[\s\S]*"temperature": 21\.7[\s\S]*"complete":true/)
  await waitFor(async () => (await listener.output()).includes('"payload":{"temperature": 21.7}'), {
    what: 'the second reading'
  })

  t.match(await type(await quickStartStep('unsubscribe')), /204/)
  await waitFor(async () => (await listener.output()).includes('"unsubscribed"'), {
    what: 'the end of the subscription'
  })
  printed.push(await listener.output())
  t.same(shapesIn(printed.join('\n')), await printedShapes())
  t.match(await shell.type(withOpenInput(await quickStartStep('send'))), /"subscriberCount":0,"epoch":\d+,"offset":3/)
  t.match(
    await shell.type(
      'curl -s "http://127.0.0.1:3003/api/data/$PRODUCER_ID" -H "authorization: Bearer $CONSUMER" -w \'%{http_code}\\n\''
    ),
    /403/
  )
  t.notMatch(await listener.output(), /"offset":3/)
}

t.test('the quick start works as printed, on the embedded default', async t => {
  const platform = await npmStart(t)
  t.match(
    platform.output(),
    /http:\/\/127\.0\.0\.1:3001\/api-docs[\s\S]*ws:\/\/127\.0\.0\.1:8001[\s\S]*Database: embedded\. Broker: in memory/
  )
  await follow(t)
  await platform.stop()
  await waitFor(() => platform.output().includes('Stopped.'), { what: 'a graceful shutdown after Ctrl-C' })
  t.notMatch(platform.output(), /error/i)
})

t.test(
  'the quick start works as printed, on PostgreSQL and Redis, where a subscriber of the channel sees the same',
  async t => {
    if ((await databaseKinds()).length + (await brokerKinds()).length < 4) {
      return t.comment('PostgreSQL or Redis was not found')
    }
    const databaseUrl = await testDatabaseUrl(t)
    const redis = await startRedis()
    t.teardown(() => redis.remove())
    const subscriber = await createClient({ url: redis.url }).connect()
    t.teardown(() => subscriber.close())
    const published: string[] = []
    await subscriber.subscribe('consumer_2', text => published.push(text))

    const platform = await npmStart(t, { DATABASE_URL: databaseUrl, REDIS_URL: redis.url })
    t.match(platform.output(), /Database: PostgreSQL\. Broker: Redis/)
    await follow(t)
    t.match(published, [/"offset":1,.*"temperature": 21\.5/, /"offset":2,.*"temperature": 21\.7/])
    t.equal(published.length, 2)
  })
