import { resolve as resolvePath } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { SourceValue } from './parse-text.js'

/**
 * Code of the worker, which imports the module and calls its default export for each message. It is text so that the
 * agent can be bundled into one file.
 */
const BOOTSTRAP = `
const { parentPort, workerData } = require('node:worker_threads')
const loaded = import(workerData).then(({ default: read }) => {
  if (typeof read !== 'function') throw new Error('The default export of the module is not a function')
  return read
})
loaded.catch(() => {})
parentPort.on('message', async () => {
  try {
    parentPort.postMessage({ text: JSON.stringify(await (await loaded)()) })
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) })
  }
})
`
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 }

/** A custom module in its own thread, so that not even an endless loop in it blocks the agent. */
export interface ModuleRunner {
  read (timeoutMs: number, signal: AbortSignal): Promise<SourceValue>
  stop (): void
}

/** The thread starts with the first read; one that does not answer in time is replaced for the next read. */
export const createModuleRunner = (path: string): ModuleRunner => {
  let worker: Worker | null = null
  const end = () => {
    worker?.terminate().catch(() => {})
    worker = null
  }
  return {
    read: (timeoutMs, signal) => new Promise((resolve, reject) => {
      worker ??= new Worker(BOOTSTRAP, {
        eval: true,
        workerData: pathToFileURL(resolvePath(path)).href,
        resourceLimits: LIMITS
      }).on('error', () => {})
      const current = worker
      const finish = (done: () => void, broken: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        current.off('message', answer).off('error', fail).off('exit', exit)
        if (broken) end()
        done()
      }
      const answer = ({ text, error }: { text?: string, error?: string }) => {
        finish(() => {
          if (error !== undefined) reject(new Error(error))
          else if (text === undefined || text === 'null') reject(new Error('The module returned no value'))
          else resolve(JSON.parse(text) as SourceValue)
        }, false)
      }
      const fail = (error: Error) => { finish(() => { reject(error) }, true) }
      const exit = () => { finish(() => { reject(new Error('The module exited')) }, true) }
      const abort = () => { finish(() => { reject(new Error('Stopped')) }, true) }
      const timer = setTimeout(() => {
        finish(() => {
          reject(new Error(`Timed out after ${timeoutMs} ms`))
        }, true)
      }, timeoutMs)
      signal.addEventListener('abort', abort)
      current.on('message', answer).on('error', fail).on('exit', exit)
      current.postMessage('read')
    }),
    stop: end
  }
}
