import type { Runtime } from './runtime.js'

/** Browsers, and other environments with a global WebSocket and no files. */
export const runtime: Runtime = {
  WebSocket: (globalThis as { WebSocket?: Runtime['WebSocket'] }).WebSocket ?? null,
  files: null
}
