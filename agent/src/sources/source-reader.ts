import { readFile, stat } from 'node:fs/promises'
import type { Source } from '../config/config.js'
import { lightFetch } from '../http/light-fetch.js'
import { runCommand } from './command.js'
import { createModuleRunner } from './module.js'
import { parseText, type SourceValue } from './parse-text.js'
import { parsePrometheus } from './prometheus.js'

/** Reads a source once. Rejects after the source's timeout, or when `signal` aborts. */
export interface SourceReader {
  read (signal: AbortSignal): Promise<SourceValue>
  stop (): void
}

const get = async (url: string, headers: Record<string, string>, signal: AbortSignal): Promise<string> => {
  const response = await lightFetch(url, { headers, signal })
  if (response.status < 200 || response.status > 299) throw new Error(`HTTP ${response.status}`)
  return response.text()
}

const readRegularFile = async (path: string): Promise<string> => {
  // Reading a pipe or a device may block forever and can't be aborted, which would cost one of Node's few threads.
  if (!(await stat(path)).isFile()) throw new Error('Not a regular file')
  return readFile(path, 'utf8')
}

export const createSourceReader = (source: Source): SourceReader => {
  const nothing = () => {}
  switch (source.type) {
    case 'command':
      return {
        read: async signal => parseText(await runCommand(source.command, source.timeoutMs, signal), source.format),
        stop: nothing
      }
    case 'file':
      return {
        read: async () => {
          const value = parseText(await readRegularFile(source.path), source.format)
          return typeof value === 'number' && source.scale !== undefined
            ? Math.round(value * source.scale * 1e6) / 1e6
            : value
        },
        stop: nothing
      }
    case 'http':
      return {
        read: async signal => parseText(await get(source.url, source.headers ?? {}, signal), source.format),
        stop: nothing
      }
    case 'prometheus':
      return {
        read: async signal =>
          parsePrometheus(await get(source.url, { accept: 'text/plain; version=0.0.4' }, signal), source.metrics),
        stop: nothing
      }
    case 'module': {
      const runner = createModuleRunner(source.path)
      return { read: signal => runner.read(source.timeoutMs, signal), stop: runner.stop }
    }
  }
}
