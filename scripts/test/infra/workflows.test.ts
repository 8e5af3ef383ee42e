import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { root } from '../serial/quick-start.js'

interface Step { uses?: string, run?: string }
interface Workflow {
  permissions: Record<string, string>
  jobs: Record<string, { 'timeout-minutes': number, strategy?: { matrix: { service: string[] } }, steps: Step[] }>
}

const folder = join(root, '.github/workflows')
const files = await readdir(folder)

for (const file of files) {
  t.test(`${file}: actions are pinned, rights are the minimum, jobs end`, async t => {
    const text = await readFile(join(folder, file), 'utf8')
    const { permissions, jobs } = parse(text) as Workflow
    t.same(permissions, { contents: 'read' })
    for (const [name, { steps, strategy, ...job }] of Object.entries(jobs)) {
      t.ok(job['timeout-minutes'] <= 40, name)
      for (const { uses } of steps) if (uses !== undefined) t.match(uses, /^[\w-]+\/[\w-]+@[\da-f]{40}$/)
      if (strategy !== undefined) {
        t.same(strategy.matrix.service, ['ap', 'sm', 'dsm', 'wss1', 'wss2', 'mqtt', 'platform', 'agent'])
      }
    }
    for (const line of text.match(/uses: .*/g) ?? []) t.match(line, /# v\d+\.\d+\.\d+$/, 'with its version')
  })
}

t.test('the workflow runs what everybody runs', async t => {
  t.match(await readFile(join(folder, 'ci.yml'), 'utf8'), /\.ci\/run\n/)
})
