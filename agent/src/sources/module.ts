import { resolve as resolvePath } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { SourceValue } from './parse.js'

/**
 * What runs in the worker: it imports the module, and calls what that exports by default each time it is asked. As
 * text, so that the agent stays one file.
 */
const BOOTSTRAP = `
const { parentPort, workerData } = require('node:worker_threads')
const loaded = import(workerData).then(({ default: read }) => {
  if (typeof read !== 'function') throw new Error('The module has no function as its default export')
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

/** A user's module in a thread of its own, so that not even an endless loop in it stops the agent. */
export interface ModuleRunner {
  read (timeoutMs: number, signal: AbortSignal): Promise<SourceValue>
  stop (): void
}

/**
 * The thread starts with the first reading; after one that failed to answer in time it is ended, and started anew with
 * the next.
 */
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
          else if (text === undefined || text === 'null') reject(new Error('The module gave no value'))
          else resolve(JSON.parse(text) as SourceValue)
        }, false)
      }
      const fail = (error: Error) => { finish(() => { reject(error) }, true) }
      const exit = () => { finish(() => { reject(new Error('The module ended its thread')) }, true) }
      const abort = () => { finish(() => { reject(new Error('Stopped')) }, true) }
      const timer = setTimeout(() => {
        finish(() => {
          reject(new Error(`Not done within ${timeoutMs} ms`))
        }, true)
      }, timeoutMs)
      signal.addEventListener('abort', abort)
      current.on('message', answer).on('error', fail).on('exit', exit)
      current.postMessage('read')
    }),
    stop: end
  }
}
