import { readFile, rename, writeFile } from 'node:fs/promises'
import { WebSocket } from 'ws'
import type { Runtime } from './runtime.js'

/** Node: `ws` tells of pings and of refused upgrades, and can stop reading, which Node's own WebSocket does not. */
export const runtime: Runtime = {
  WebSocket: WebSocket as unknown as Runtime['WebSocket'],
  files: {
    read: async path => await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    }),
    replace: async (path, text) => {
      const draft = `${path}.new`
      await writeFile(draft, text)
      await rename(draft, path)
    }
  }
}
