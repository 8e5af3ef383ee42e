import { createHash } from 'node:crypto'
import { ProblemError, type Identity } from '@motience/kit'
import { DOOR_BODY_LIMIT, MAX_DATA_BATCH, payloadText, type DataBody } from '@motience/schemas'
import type { Acceptor } from '../accept/acceptor.js'
import { checkMessage } from '../accept/check-message.js'
import type { Draft } from '../accept/envelope.js'
import { unavailable, type Outcome } from '../accept/outcome.js'

/** What a door reads from one line, data point or pack, before it is checked. */
export interface Reading {
  /** Device name; undefined for the credential's. */
  device: string | undefined
  /** RFC 3339; null if the sender gave no time. */
  timestamp: string | null
  /** Whether the sender gave the time, so that an equal reading is a repeat. */
  isRepeatable: boolean
  /** A JSON object. */
  payload: string
}

/** Collaborators of the doors. */
export interface DoorDependencies {
  acceptor: Acceptor
  maxPayload: number
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Maximum characters of all payloads of a request: what its messages share, such as a resource, is written into each of
 * them, so that a small body could become a large one.
 */
export const MAX_PAYLOAD_CHARACTERS = 4 * DOOR_BODY_LIMIT

const checkTotal = (readings: readonly (Reading | ProblemError)[]): void => {
  let total = 0
  for (const reading of readings) total += reading instanceof ProblemError ? 0 : reading.payload.length
  if (total > MAX_PAYLOAD_CHARACTERS) {
    throw new ProblemError('MOT_BODY_TOO_LARGE', 'The payloads of the request are too large together')
  }
}

/**
 * Names a body by its content, so that one that is sent again is recognised. A client repeats a request for which it
 * got no response byte for byte; and the same reading at the same time, sent twice, is the same reading.
 */
export const bodySession = (door: string, ...content: readonly (string | Buffer | undefined)[]): string => {
  const hash = createHash('sha256')
  for (const part of content) hash.update(part ?? '').update('\0')
  return `${door}-${hash.digest('base64url').slice(0, 22)}`
}

/**
 * Accepts the readings of one request, in order; returns one outcome for each, and passes on those that are problems
 * already. A reading with a time of its own is message number `index` of `session`; without a time a repeat can't be
 * told from an equal later reading, so it is a new message whenever it is sent. Throws MOT_BODY_TOO_LARGE if the
 * payloads have more than `MAX_PAYLOAD_CHARACTERS`.
 */
export const acceptReadings = async (
  { acceptor, maxPayload, now }: DoorDependencies,
  identity: Identity,
  session: string,
  readings: readonly (Reading | ProblemError)[]
): Promise<Outcome[]> => {
  checkTotal(readings)
  const receivedAt = now()
  const outcomes = new Array<Outcome>(readings.length)
  const drafts: { draft: Draft, index: number }[] = []
  for (const [index, reading] of readings.entries()) {
    if (reading instanceof ProblemError) {
      outcomes[index] = reading
      continue
    }
    const { device, timestamp, isRepeatable, payload } = reading
    const body: DataBody = {
      producer_id: identity.userId,
      payload: {},
      ...device === undefined ? {} : { device_id: device },
      ...timestamp === null ? {} : { timestamp },
      ...isRepeatable ? { session, seq: index } : {}
    }
    const draft = checkMessage(body, payloadText(payload), identity, maxPayload, receivedAt)
    if (draft instanceof ProblemError) outcomes[index] = draft
    else drafts.push({ draft, index })
  }
  // One part after another, and none after a failure: a repeat of the request must find no later `seq` accepted.
  for (let from = 0, failed = false; from < drafts.length; from += MAX_DATA_BATCH) {
    const part = drafts.slice(from, from + MAX_DATA_BATCH)
    const accepted: Outcome[] = failed ? [] : await acceptor.accept(identity.userId, part.map(({ draft }) => draft))
    for (const [n, { index }] of part.entries()) {
      const outcome = accepted[n] ?? unavailable('An earlier message of the request could not be stored, send it again')
      outcomes[index] = outcome
      failed ||= outcome instanceof ProblemError && outcome.statusCode >= 500
    }
  }
  return outcomes
}

/** The problem for which the whole request has to be sent again, if there is one. */
export const retryableProblem = (outcomes: readonly Outcome[]): ProblemError | undefined =>
  outcomes.find((outcome): outcome is ProblemError => outcome instanceof ProblemError && outcome.statusCode >= 500)
