import { fakeAp, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { createServiceTokens, type Identity } from '../auth/index.js'
import { createDeviceReporter } from './device-reporter.js'

const deviceIdentity = (sid: string, deviceOnly = true): Identity => ({
  userId: 7,
  role: 'producer',
  sid,
  username: 'ann',
  deviceId: 'd',
  service: null,
  expiresAt: Infinity,
  scopes: ['data:write'],
  deviceOnly
})

const build = async (t: Test) => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'wss1', secret: ap.secret })
  const reporter = createDeviceReporter({ apUrl: ap.url, tokens, everyMs: 20 })
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await reporter.close()
    tokens.close()
  }
  t.teardown(close)
  const all = (what: 'opened' | 'closed' | 'seen') => ap.reports.flatMap(report => report[what])
  return { ap, reporter, close, all }
}

t.test('connections and messages of devices are reported together, others not at all', async t => {
  const { ap, reporter, all } = await build(t)
  const [one, two] = [deviceIdentity('key:a:0'), deviceIdentity('key:b:0')]
  reporter.opened(one)
  reporter.opened(one)
  reporter.opened(two)
  for (let n = 0; n < 1_000; n++) reporter.seen(two)
  reporter.seen(deviceIdentity('key:c:0', false))
  await waitFor(() => all('opened').length >= 2 && all('seen').length >= 1)
  t.same(new Set(all('opened')), new Set(['key:a:0', 'key:b:0']))
  t.same(all('seen'), ['key:b:0'])
  reporter.closed(one)
  reporter.closed(two)
  await waitFor(() => all('closed').length >= 1)
  t.same(all('closed'), ['key:b:0'], 'the first device has a connection left')
  t.equal(new Set(ap.reports.map(({ instance }) => instance)).size, 1)
})

t.test('an instance that AP has forgotten reports its connections again', async t => {
  const { ap, reporter, all } = await build(t)
  reporter.opened(deviceIdentity('key:a:0'))
  await waitFor(() => all('opened').length === 1)
  const before = ap.reports.length
  await waitFor(() => ap.reports.length > before + 1, { what: 'reports that the instance lives' })
  t.same(all('opened'), ['key:a:0'], 'once')
  ap.forgetReporters()
  await waitFor(() => all('opened').length === 2)
  t.same(all('opened'), ['key:a:0', 'key:a:0'])
})

t.test('what AP does not answer to is in the next report', async t => {
  const { ap, reporter, all } = await build(t)
  await ap.stop()
  reporter.opened(deviceIdentity('key:a:0'))
  reporter.opened(deviceIdentity('key:b:0'))
  reporter.closed(deviceIdentity('key:b:0'))
  await ap.start()
  await waitFor(() => all('opened').includes('key:a:0'))
  t.notOk(all('opened').includes('key:b:0'), 'what came and went is no connection')
})

t.test('a service that closes reports that its connections are gone', async t => {
  const { reporter, close, all } = await build(t)
  reporter.opened(deviceIdentity('key:a:0'))
  await waitFor(() => all('opened').length >= 1)
  await close()
  t.ok(all('closed').includes('key:a:0'))
})
