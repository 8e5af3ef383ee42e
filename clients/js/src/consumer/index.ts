export { Consumer, createConsumer } from './consumer.js'
export type { HistoryFetch } from './history.js'
export { comparePositions, type LogPosition } from '@motience/schemas/protocol'
export {
  filePositions, memoryPositions, storagePositions, type KeyValueStorage, type PositionStore
} from './position-stores.js'
export type { SocketConstructor, SocketLike } from './socket.js'
export { envelopeText, payloadText } from './envelope-text.js'
export {
  ConsumerStoppedError, type ConsumerCredentials, type ConsumerEvents, type ConsumerOptions, type ConsumerBaseOptions,
  type ConsumerState, type HistoryReport, type StateChange, type TokenSource
} from './types.js'
export { createBackoff, type Backoff, type BackoffOptions } from '../session/backoff.js'
export { Heartbeat } from './heartbeat.js'
export { openSocket, type OpenSocket, type SocketEnd } from './socket.js'
export type {
  Envelope, ErrorFrame, GapFrame, Position, ResumedFrame, ResumedReason, SlowPolicy, SubscribedFrame, UnsubscribedFrame
} from '@motience/schemas'
