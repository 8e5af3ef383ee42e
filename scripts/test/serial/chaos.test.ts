import { spawn } from 'node:child_process'
import { brokerKinds, databaseKinds } from '@motience/testing'
import t from 'tap'
import { root, withoutCoverage } from './quick-start.js'

t.setTimeout(300_000)

t.test('a minute of faults loses, repeats, reorders and leaks nothing', async t => {
  if ((await databaseKinds()).length + (await brokerKinds()).length < 4) {
    return t.comment('PostgreSQL or Redis was not found')
  }
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'chaos/main.ts', '--seconds', '60', '--seed', '1'], {
    cwd: root,
    env: withoutCoverage(),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const code = await new Promise(resolve => { child.once('exit', resolve) })
  t.comment(output)
  t.equal(code, 0, 'the ledger is clean')
})
