import type { ControlEvent } from '@motience/schemas'

/** Why a session ended; clients are told by the `session-revoked` event. */
export type EndReason = Extract<ControlEvent, { type: 'session-revoked' }>['reason']

/** A session as the database has it. */
export interface SessionRow {
  id: string
  user_id: number
  refresh_hash: Buffer
  /** A bigint, as text. */
  generation: string
  rotated_at: Date
  refresh_expires_at: Date
  access_expires_at: Date
  ended_at: Date | null
  end_reason: EndReason | null
}
