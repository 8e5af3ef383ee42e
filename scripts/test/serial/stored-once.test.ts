import { spawn } from 'node:child_process'
import { brokerKinds, databaseKinds } from '@motience/testing'
import t from 'tap'
import { root, withoutCoverage } from './quick-start.js'

t.setTimeout(300_000)

/** Short forms of the proofs; `docs/faults.md` has the long ones. */
const forms: [name: string, environment: Record<string, string>][] = [
  ['fleet-repeats', { DEVICES: '1000' }],
  ['postgres-hangs', { LOGS: '100', HANG_SECS: '6', MESSAGES: '6000' }]
]

for (const [name, environment] of forms) {
  t.test(`${name}, in short`, async t => {
    if ((await databaseKinds()).length + (await brokerKinds()).length < 4) {
      return t.comment('PostgreSQL or Redis was not found')
    }
    const child = spawn(process.execPath, ['scripts/launch.mjs', 'proofs/main.ts', name], {
      cwd: root,
      env: { ...withoutCoverage(), ...environment },
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
    t.equal(code, 0, name, { output })
  })
}
