import type { Runtime } from './runtime.js'

/** A browser, or whatever else has a WebSocket of its own and no files. */
export const runtime: Runtime = {
  WebSocket: (globalThis as { WebSocket?: Runtime['WebSocket'] }).WebSocket ?? null,
  files: null
}
