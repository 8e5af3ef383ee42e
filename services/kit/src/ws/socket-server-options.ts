import type { Static, TObject } from '@sinclair/typebox'
import type { ErrorFrame, ProblemCode } from '@motience/schemas'
import type { Authenticator } from '../auth/index.js'
import type { AdmissionRules } from './admission.js'
import type { Connection, ConnectionLimits } from './connection.js'
import type { FrameOf, FrameSchemas } from './frame-reader.js'

/** Bounds of one server. */
export interface SocketServerLimits extends ConnectionLimits {
  maxConnections: number
  maxConnectionsPerUser: number
}

/** What a service does with one connection. */
export interface ConnectionHandlers<F> {
  /**
   * A frame that was checked against its schema, and its text as it came; `auth` frames are answered by the server
   * itself.
   */
  frame (frame: F, text: string): void
  /** An invalid frame, for a server that answers frames in order; without it, the error is sent at once. */
  invalid? (error: Omit<ErrorFrame, 'type'>): void
  /** Once, as soon as nothing can be sent any more. */
  ended? (code: number): void
}

export interface SocketServerOptions<S extends FrameSchemas, Q extends TObject> extends Omit<AdmissionRules, 'codes'> {
  /** The one path that is served. */
  path: string
  codes: AdmissionRules['codes'] & { badFrame: ProblemCode }
  authenticator: Authenticator
  limits: SocketServerLimits
  /** The upgrade's query, besides `token`. */
  query: Q
  /** What clients may send, by `type`. */
  frames: S
  /**
   * Whether clients may compress what they send (RFC 7692); what is sent to them is never compressed. Off by default.
   */
  compression?: boolean
  /** Called for each new connection; frames come after it returned. */
  open (connection: Connection, query: Static<Q>): ConnectionHandlers<FrameOf<S>>
}
