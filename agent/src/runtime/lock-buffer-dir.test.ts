import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeWss1, tempDir, waitFor } from '@motience/testing'
import t from 'tap'
import { loadConfig } from '../config/load.js'
import { createLogger } from '../log/logger.js'
import { startAgent } from './agent.js'

t.test('a second agent does not start on the same buffer, and no reading is stored twice', async t => {
  const platform = await new FakeWss1().start()
  t.teardown(() => platform.stop())
  const dir = tempDir(t)
  const path = join(dir, 'agent.yaml')
  writeFileSync(path, [
    'device_id: pi-1', 'username: pi', 'password: long-secret', `auth_url: ${platform.authUrl}`,
    `websocket_url: ${platform.websocketUrl}`, 'interval: 100ms', `buffer: { dir: ${dir}/buffer }`, 'sensors: [load]'
  ].join('\n'))
  const config = loadConfig({ path, env: {}, flags: {} })
  let log = ''
  const logger = createLogger(text => { log += text }, { level: 'info', journal: false })
  const first = await startAgent({ config, logger })
  await t.rejects(startAgent({ config, logger, bufferWaitMs: 500 }), {
    name: 'LeaseHeldError',
    message: /buffer is in use by process/
  })
  t.match(log, /Buffer is in use, waiting for the other process to end/)
  const { kept } = platform.history
  await waitFor(() => kept.length >= 3)
  await first.stop(5_000)
  // A run has one session for live readings and one for its backlog.
  t.equal(new Set(kept.map(({ session }) => session!.replace(/-[lb]$/, ''))).size, 1, 'all readings are of one run')
  const next = await startAgent({ config, logger, bufferWaitMs: 0 })
  await next.stop(5_000)
})
