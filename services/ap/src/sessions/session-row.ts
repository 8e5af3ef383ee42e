import type { ControlEvent } from '@motience/schemas'

/** Why a session ended; clients are told by the `session-revoked` event. */
export type EndReason = Extract<ControlEvent, { type: 'session-revoked' }>['reason']

/** A session as the database has it. */
export interface SessionRow {
  id: string
  user_id: number
  refresh_hash: Buffer
  generation: number
  created_at: string
  /** Instants come from the driver as RFC 3339 text in UTC. */
  rotated_at: string
  refresh_expires_at: string
  access_expires_at: string
  ended_at: string | null
  end_reason: EndReason | null
}
