import { readFile, rename, writeFile } from 'node:fs/promises'
import { WebSocket } from 'ws'
import type { Runtime } from './runtime.js'

/** Node: unlike Node's own WebSocket, `ws` exposes pings and rejected upgrades, and can stop reading. */
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
