import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import type { Source } from '../config/config.js'
import { createLogger } from '../log/logger.js'
import type { PayloadTree } from '../pipeline/payload-tree.js'
import { runCommand } from './command.js'
import { createSources } from './index.js'

type Plain = Partial<Source> & Pick<Source, 'name' | 'type'>

const start = (t: Test, sources: Plain[]) => {
  const got: PayloadTree[] = []
  const lines: string[] = []
  const running = createSources(sources.map(source => ({ everyMs: 20, timeoutMs: 5000, ...source }) as Source), {
    logger: createLogger(line => lines.push(line)),
    pipe: () => payload => { got.push(payload) }
  })
  t.teardown(() => { running.stop() })
  const first = (name: string) => waitFor(() => got.find(payload => name in payload)?.[name], { what: name })
  const state = (name: string) => running.states().find(state => state.name === name)!
  return { got, lines, running, first, state }
}

const serve = async (t: Test, answer: (path: string) => { status?: number, text: string } | null): Promise<string> => {
  const server = createServer((request, response) => {
    const found = answer(request.url!)
    if (found === null) return
    response.writeHead(found.status ?? 200)
    response.end(found.text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('every type of source returns values under its name', async t => {
  const dir = t.testdir({
    temp: '21375\n',
    'module.mjs': 'let n = 0\nexport default async () => ({ n: ++n })\n'
  })
  const url = await serve(t, path =>
    path === '/metrics'
      ? {
          text: '# HELP x y\n# TYPE x gauge\nup 1\nhttp_requests_total{code="200",method="get"} 1027 1395066363000\n' +
            'http_requests_total{code="500",method="get"} 3\nnan_metric NaN\nignored 5\n'
        }
      : { text: '{"wind": {"speed": 3.5}}' }
  )
  const { first, state } = start(t, [
    { name: 'command', type: 'command', command: ['sh', '-c', 'echo temp=20.5; echo state: on'] },
    { name: 'file', type: 'file', path: join(dir, 'temp'), scale: 0.001 },
    { name: 'http', type: 'http', url },
    { name: 'exporter', type: 'prometheus', url: `${url}/metrics`, metrics: ['up', 'http_*', 'nan*'] },
    { name: 'module', type: 'module', path: join(dir, 'module.mjs') }
  ])
  t.same(await first('command'), { temp: 20.5, state: 'on' })
  t.equal(await first('file'), 21.375)
  t.same(await first('http'), { wind: { speed: 3.5 } })
  t.same(await first('exporter'), { up: 1, http_requests_total: { '200_get': 1027, '500_get': 3 } })
  t.same(await first('module'), { n: 1 })
  t.match(state('command'), { ok: true, failures: 0, lastError: null, lastAt: Number })
})

t.test('a source that hangs, fails, floods or loops forever does not affect the others', async t => {
  const dir = t.testdir({
    'loop.mjs': 'export default () => { for (;;); }\n',
    'throws.mjs': 'export default () => { throw new Error("no bus") }\n',
    'exits.mjs': 'export default () => process.exit(3)\n',
    'nothing.mjs': 'export const a = 1\n'
  })
  const url = await serve(t, path => path === '/hangs' ? null : { status: 500, text: 'broken' })
  const { got, first, state, lines } = start(t, [
    { name: 'sleeps', type: 'command', command: ['sh', '-c', 'sleep 98765'], timeoutMs: 50 },
    { name: 'fails', type: 'command', command: ['sh', '-c', 'echo no sensor >&2; exit 4'] },
    { name: 'absent', type: 'command', command: ['/no/such/program'] },
    { name: 'floods', type: 'command', command: ['sh', '-c', 'yes'] },
    { name: 'silent', type: 'command', command: ['true'] },
    { name: 'device', type: 'file', path: '/dev/zero' },
    { name: 'missing', type: 'file', path: join(dir, 'none') },
    { name: 'hangs', type: 'http', url: `${url}/hangs`, timeoutMs: 50 },
    { name: 'breaks', type: 'http', url },
    { name: 'loop', type: 'module', path: join(dir, 'loop.mjs'), timeoutMs: 300 },
    { name: 'throws', type: 'module', path: join(dir, 'throws.mjs') },
    { name: 'exits', type: 'module', path: join(dir, 'exits.mjs') },
    { name: 'nothing', type: 'module', path: join(dir, 'nothing.mjs') },
    { name: 'good', type: 'command', command: ['echo', '42'] }
  ])
  t.equal(await first('good'), 42)
  const errors: Record<string, RegExp> = {
    sleeps: /^Timed out after 50 ms/,
    fails: /^Exited with 4: no sensor/,
    absent: /ENOENT/,
    floods: /Output is longer/,
    silent: /Empty output/,
    device: /Not a regular file/,
    missing: /ENOENT/,
    hangs: /^Timed out after 50 ms/,
    breaks: /HTTP 500/,
    loop: /^Timed out after 300 ms/,
    throws: /no bus/,
    exits: /The module exited/,
    nothing: /not a function/
  }
  for (const [name, pattern] of Object.entries(errors)) {
    await waitFor(() => state(name).failures >= 2, { what: `${name} fails twice` })
    t.match(state(name).lastError, pattern, name)
    t.equal(lines.filter(line => line.includes(`source=${name} `)).length, 1, `${name} is logged once`)
  }
  t.ok(got.every(payload => 'good' in payload))
})

t.test('a command is killed with its children', async t => {
  const mark = `${process.pid}.${Math.floor(Math.random() * 1e6)}`
  const alive = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`sleep ${mark}`)
  const { running, state } = start(t, [
    {
      name: 'tree',
      type: 'command',
      command: ['sh', '-c', `sleep ${mark} & sleep ${mark}`],
      timeoutMs: 150,
      everyMs: 100_000
    }
  ])
  await waitFor(() => state('tree').ok === false)
  await waitFor(() => !alive(), { what: 'the children are gone' })
  running.stop()
  t.pass()
})

t.test('a command ends although a child of it that left its process group keeps its output open', async t => {
  const started = join(t.testdir({}), 'started')
  const script = `setsid sh -c 'touch ${started}; sleep 60' & while [ ! -e ${started} ]; do :; done; echo 42`
  const { first } = start(t, [
    { name: 'leaves', type: 'command', command: ['sh', '-c', script], everyMs: 100_000 }
  ])
  t.equal(await first('leaves'), 42)
})

t.test('everything that a command printed before it ended is read', async t => {
  const controller = new AbortController()
  const script = 'i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done >&2; seq 1 20000; exit 4'
  await t.rejects(runCommand(['sh', '-c', script], 5000, controller.signal), { message: /^Exited with 4: 0123456789\n/ })
  const output = await runCommand(['seq', '1', '20000'], 5000, controller.signal)
  t.match(output, /\n20000\n$/)
})

t.test('a recovered source is logged', async t => {
  const dir = t.testdir({})
  const { state, lines } = start(t, [{ name: 'file', type: 'file', path: join(dir, 'value') }])
  await waitFor(() => state('file').ok === false)
  t.testdir({ value: '7' })
  await waitFor(() => state('file').ok === true)
  t.match(lines.join(''), /Source recovered source=file/)
})
