import {
  compileChecker, ProblemError, problemDocument, requireRole, validatorCompiler, type Identity, type ServiceApp
} from '@motience/kit'
import {
  DataBodySchema, dsmRoutes, MAX_DATA_BATCH, payloadOf, payloadsOf, type DataBody, type PayloadText
} from '@motience/schemas'
import { Type } from '@sinclair/typebox'
import type { Acceptor } from '../accept/acceptor.js'
import { checkMessage } from '../accept/check-message.js'
import { isoTime, type Draft } from '../accept/envelope.js'
import type { Kept, Outcome } from '../accept/outcome.js'
import { parseJsonText } from './json-body.js'
import { JSON_TYPE, sendReady } from './send-ready.js'

/** Most bytes of a batch's body: what a sender has in flight at most, and some more. */
export const BATCH_BODY_LIMIT = 41_943_040

/** JSON text may be this much longer than needed: spaces and escapes. */
const BODY_SLACK = 4

/** What the routes need. */
export interface DataRoutesOptions {
  acceptor: Acceptor
  maxPayload: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** A batch whose messages are checked one by one, so that a bad one costs the others nothing. */
const looseBatch = Type.Object({
  messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_DATA_BATCH })
}, { additionalProperties: false })

const messageChecker = compileChecker(DataBodySchema)

const keptText = (producerId: number, { epoch, offset, subscriberCount, duplicate, receivedAt }: Kept): string =>
  `{"producer_id":${producerId},"epoch":${epoch},"offset":${offset},"subscriberCount":${subscriberCount},"duplicate":${duplicate}${
    receivedAt === null ? '' : `,"received_at":"${isoTime(receivedAt)}"`}}`

/** `POST /api/data` and `POST /api/data/batch`. */
export const addDataRoutes = (app: ServiceApp, { acceptor, maxPayload, now }: DataRoutesOptions): void => {
  parseJsonText(app)

  app.route({
    ...dsmRoutes.postDataRoute,
    bodyLimit: maxPayload * BODY_SLACK + 16_384,
    onRequest: requireRole('producer', 'service'),
    handler: async (request, reply) => {
      const draft = checkMessage(request.body, payloadOf(request.bodyText)!, request.identity, maxPayload, now())
      if (draft instanceof ProblemError) throw draft
      const [outcome] = await acceptor.accept(request.body.producer_id, [draft])
      if (outcome instanceof ProblemError) throw outcome
      sendReady(reply, JSON_TYPE, keptText(request.body.producer_id, outcome!))
      return reply
    }
  })

  const checkOne = (
    message: unknown,
    payload: PayloadText | null,
    identity: Identity,
    receivedAt: number
  ): Draft | ProblemError => {
    if (payload !== null && messageChecker.check(message)) { return checkMessage(message as DataBody, payload, identity, maxPayload, receivedAt) }
    return new ProblemError('MOT_BAD_INPUT', undefined, { errors: messageChecker.faults(message) })
  }

  /** Accepts the good messages of a batch, each producer's together and in order; one outcome a message. */
  const acceptBatch = async (messages: readonly unknown[], text: string, identity: Identity): Promise<Outcome[]> => {
    const receivedAt = now()
    const payloads = payloadsOf(text)
    const outcomes = new Array<Outcome>(messages.length)
    const groups = new Map<number, { drafts: Draft[], places: number[] }>()
    for (const [index, message] of messages.entries()) {
      const draft = checkOne(message, payloads[index]!, identity, receivedAt)
      if (draft instanceof ProblemError) {
        outcomes[index] = draft
        continue
      }
      const { producer_id: producerId } = message as DataBody
      let group = groups.get(producerId)
      if (group === undefined) groups.set(producerId, group = { drafts: [], places: [] })
      group.drafts.push(draft)
      group.places.push(index)
    }
    await Promise.all([...groups].map(async ([producerId, { drafts, places }]) => {
      const accepted = await acceptor.accept(producerId, drafts)
      for (const [n, place] of places.entries()) outcomes[place] = accepted[n]!
    }))
    return outcomes
  }

  app.route({
    ...dsmRoutes.postDataBatchRoute,
    bodyLimit: BATCH_BODY_LIMIT,
    validatorCompiler: route => validatorCompiler({ ...route, schema: looseBatch }),
    onRequest: requireRole('producer', 'service'),
    handler: async (request, reply) => {
      const { messages } = request.body
      const outcomes = await acceptBatch(messages, request.bodyText, request.identity)
      const texts = outcomes.map((outcome, index) => outcome instanceof ProblemError
        ? `{"error":${JSON.stringify(problemDocument(outcome, request.id))}}`
        : keptText(messages[index]!.producer_id, outcome))
      sendReady(reply, JSON_TYPE, `{"results":[${texts.join(',')}]}`)
      return reply
    }
  })
}
