export { Connection, MAX_BAD_FRAMES_IN_A_ROW, type ConnectionLimits } from './connection.js'
export type { Connections } from './connections.js'
export type { DrainOptions } from './drain.js'
export { identifiersOf, type FrameOf, type FrameSchemas } from './frame-reader.js'
export { textFrame } from './text-frame.js'
export {
  SocketServer, socketService, type ConnectionHandlers, type SocketServerLimits, type SocketServerOptions
} from './socket-server.js'
