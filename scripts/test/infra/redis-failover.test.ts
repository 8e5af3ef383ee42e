import { openBroker } from '@motience/broker'
import { waitFor } from '@motience/testing'
import t from 'tap'
import { skipWithout } from './needs.js'
import { asUser, passwordVariables, startScript, urlOf } from './redis-script.js'

t.setTimeout(120_000)
const skip = skipWithout('redis-server')

t.test('a replica takes over, and a service finds it through the Sentinels', { skip }, async t => {
  const here = { ...passwordVariables, ANNOUNCE: '127.0.0.1' }
  const master = await startScript(t, 'replicated', here)
  const from = `127.0.0.1 ${master.port}`
  const replica = await startScript(t, 'replicated', { ...here, REPLICA_OF: from })
  const sentinels = await Promise.all([1, 2, 3].map(() => startScript(t, 'sentinel', { ...here, MONITOR: from })))
  for (const server of [master, replica, ...sentinels]) t.equal(server.exitCode, null, server.output())

  const admin = await asUser(t, urlOf(master.port, 'admin'))
  await waitFor(async () => /slave0:.*state=online/.test(String(await admin('INFO', 'replication'))), {
    what: 'the replica'
  })
  const sentinel = await asUser(t, `redis://127.0.0.1:${sentinels[0]!.port}`)
  await waitFor(async () => /slaves=1,sentinels=3/.test(String(await sentinel('INFO', 'sentinel'))), {
    timeoutMs: 20_000, what: 'the Sentinels to know each other'
  })

  const url = sentinels.map(({ port }) => urlOf(port, 'dsm')).join(',')
  const broker = await openBroker({ url, mode: 'sentinel', sentinelName: 'mymaster' })
  t.teardown(() => broker.close())
  const openEpoch = (producerId: number): Promise<boolean> => broker.openEpoch({
    producerId, epoch: 1, expected: { epoch: 0, offset: 0, version: 0, verified: false }, version: 0
  })
  t.equal(await openEpoch(1), true)

  await master.stop('SIGKILL')
  await waitFor(async () => {
    const [, port] = await sentinel('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster') as string[]
    await broker.ping()
    return port === String(replica.port)
  }, { timeoutMs: 30_000, what: 'the failover' })
  t.match(await broker.heads([1]), [{ epoch: 1 }], 'what was written is there')
  await t.rejects(openEpoch(2), { message: /NOREPLICAS/ }, 'a master without a replica takes no writes')
  await master.start()
  await waitFor(() => openEpoch(3), { timeoutMs: 40_000, what: 'the old master to follow the new one' })
  for (const { port } of [master, replica]) {
    t.same(await (await asUser(t, urlOf(port, 'admin')))('ACL', 'LOG'), [], 'nothing was denied')
  }
})
