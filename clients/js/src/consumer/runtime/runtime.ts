import type { SocketConstructor } from '../socket.js'

/** What the library needs of where it runs. `package.json` chooses the module by the condition `node`. */
export interface Runtime {
  /** The WebSocket to use where the application gives none; null where there is none. */
  WebSocket: SocketConstructor | null
  /** Null where there are no files. */
  files: {
    /** The text of a file; null where there is none. */
    read (path: string): Promise<string | null>
    /** Replaces a file as a whole, so that a crash leaves the old one or the new. */
    replace (path: string, text: string): Promise<void>
  } | null
}
