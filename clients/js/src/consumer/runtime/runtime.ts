import type { SocketConstructor } from '../socket.js'

/** What the library needs from its environment. `package.json` selects the module by the condition `node`. */
export interface Runtime {
  /** The default WebSocket; null if there is none. */
  WebSocket: SocketConstructor | null
  /** Null in environments without files. */
  files: {
    /** The text of a file; null if it does not exist. */
    read (path: string): Promise<string | null>
    /** Replaces a file atomically. */
    replace (path: string, text: string): Promise<void>
  } | null
}
