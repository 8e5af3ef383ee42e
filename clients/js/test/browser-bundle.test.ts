import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build as esbuild } from 'esbuild'
import t, { type Test } from 'tap'
import { build as vite, createLogger } from 'vite'

const root = join(import.meta.dirname, '..')
const entry = join(root, 'application.js')
/** What an application's module says; it takes the library by its public name. */
const application = `
import { createConsumer, filePositions, memoryPositions } from '@motience/client/consumer'
globalThis.library = { createConsumer, filePositions, memoryPositions }
`

type Library = Pick<typeof import('../src/consumer/index.js'), 'createConsumer' | 'filePositions' | 'memoryPositions'>

/** Runs a bundle with what a browser has, and nothing of Node. */
const runInBrowser = (code: string): Library => {
  const sandbox = {
    URL,
    AbortController,
    AbortSignal,
    TextEncoder,
    WebSocket: class {},
    fetch,
    performance,
    queueMicrotask,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval
  }
  const context = createContext(sandbox)
  runInContext(code, context)
  return (context as { library?: unknown }).library as Library
}

const check = async (t: Test, code: string, imports: readonly unknown[]): Promise<void> => {
  t.same(imports, [], 'nothing is left to be loaded')
  t.equal(/["'`]node:/.test(code), false, 'nothing of Node is asked for')
  const library = runInBrowser(code)
  t.throws(() => library.filePositions('positions.json'), { message: /No files in this environment/ })
  t.same(library.memoryPositions().load(), [])
  const account = { authUrl: 'http://127.0.0.1:1', username: 'a', password: 'b' }
  const consumer = library.createConsumer({ url: 'ws://127.0.0.1:1/consumer', ...account })
  t.equal(consumer.state, 'connecting')
  await consumer.close()
}

t.test('esbuild bundles the consumer for browsers without warnings', async t => {
  for (const minify of [false, true]) {
    const { outputFiles, metafile, warnings } = await esbuild({
      stdin: { contents: application, resolveDir: root, sourcefile: 'application.js' },
      bundle: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      conditions: ['motience-source'],
      minify,
      write: false,
      metafile: true,
      logLevel: 'silent'
    })
    t.same(warnings, [])
    await check(t, outputFiles[0]!.text, Object.values(metafile.outputs).flatMap(output => output.imports))
  }
})

t.test('vite bundles the consumer for browsers without warnings', async t => {
  const warnings: string[] = []
  const customLogger = createLogger('silent')
  customLogger.warn = customLogger.warnOnce = message => { warnings.push(message) }
  const result = await vite({
    root,
    configFile: false,
    customLogger,
    resolve: { conditions: ['motience-source', 'module', 'browser'] },
    plugins: [{
      name: 'application',
      enforce: 'pre',
      resolveId: id => id === entry ? id : null,
      load: id => id === entry ? application : null
    }],
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      lib: { entry, formats: ['iife'], name: 'application' },
      rollupOptions: { onLog: (level, log) => { if (level === 'warn') warnings.push(log.message) } }
    }
  })
  t.same(warnings, [])
  const [output] = Array.isArray(result) ? result : [result]
  if (output === undefined || !('output' in output)) throw new Error('It was not built')
  const [chunk] = output.output
  await check(t, chunk.code, [...chunk.imports, ...chunk.dynamicImports])
})
