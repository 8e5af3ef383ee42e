import {
  compileChecker, ProblemError, problemDocument, requireScope, validatorCompiler, type Identity, type ServiceApp
} from '@motience/kit'
import {
  dsmRoutes, MAX_DATA_BATCH, payloadOf, payloadsOf, SentDataBodySchema, type DataBody, type PayloadText,
  type SentDataBody
} from '@motience/schemas'
import { Type } from '@sinclair/typebox'
import type { Acceptor } from '../accept/acceptor.js'
import { checkMessage } from '../accept/check-message.js'
import type { Draft } from '../accept/envelope.js'
import type { Outcome } from '../accept/outcome.js'
import { inflateBodies } from '../doors/inflate-body.js'
import { acknowledgedText } from './acknowledged-text.js'
import { parseJsonText } from './json-body.js'
import { JSON_TYPE, sendReady } from './send-ready.js'

/** Maximum size of a batch's body, in bytes: what a sender has in flight at most, with a margin. */
export const BATCH_BODY_LIMIT = 41_943_040

/** Factor by which spaces and escapes may lengthen JSON text. */
const BODY_SLACK = 4

/** Collaborators of the routes. */
export interface DataRoutesDependencies {
  acceptor: Acceptor
  maxPayload: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** A batch whose messages are validated one by one, so that an invalid one does not affect the others. */
const looseBatch = Type.Object({
  messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_DATA_BATCH })
}, { additionalProperties: false })

const messageChecker = compileChecker(SentDataBodySchema)

/** What became of one message of a batch. */
interface Result { producerId: number, outcome: Outcome }

/** A message with its producer: a producer that names none is meant itself. */
const withProducer = (body: SentDataBody, { role, userId }: Identity): DataBody | ProblemError => {
  const { producer_id: producerId = role === 'producer' ? userId : undefined } = body
  if (producerId !== undefined) return { ...body, producer_id: producerId }
  return new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/producer_id', message: 'is missing' }] })
}

/** `POST /api/data` and `POST /api/data/batch`. */
export const addDataRoutes = (app: ServiceApp, { acceptor, maxPayload, now }: DataRoutesDependencies): void => {
  inflateBodies(app)
  parseJsonText(app)

  app.route({
    ...dsmRoutes.postDataRoute,
    bodyLimit: maxPayload * BODY_SLACK + 16_384,
    onRequest: requireScope('data:write', 'producer', 'service'),
    handler: async (request, reply) => {
      const body = withProducer(request.body, request.identity)
      if (body instanceof ProblemError) throw body
      const draft = checkMessage(body, payloadOf(request.bodyText)!, request.identity, maxPayload, now())
      if (draft instanceof ProblemError) throw draft
      const [outcome] = await acceptor.accept(body.producer_id, [draft])
      if (outcome instanceof ProblemError) throw outcome
      sendReady(reply, JSON_TYPE, acknowledgedText(body.producer_id, outcome!))
      return reply
    }
  })

  const checkOne = (
    message: unknown,
    payload: PayloadText | null,
    identity: Identity,
    receivedAt: number
  ): { producerId: number, draft: Draft } | ProblemError => {
    if (payload === null || !messageChecker.check(message)) {
      return new ProblemError('MOT_BAD_INPUT', undefined, { errors: messageChecker.faults(message) })
    }
    const body = withProducer(message as SentDataBody, identity)
    if (body instanceof ProblemError) return body
    const draft = checkMessage(body, payload, identity, maxPayload, receivedAt)
    return draft instanceof ProblemError ? draft : { producerId: body.producer_id, draft }
  }

  /** Accepts the valid messages of a batch, those of each producer together and in order; one result per message. */
  const acceptBatch = async (messages: readonly unknown[], text: string, identity: Identity): Promise<Result[]> => {
    const receivedAt = now()
    const payloads = payloadsOf(text)
    const results = new Array<Result>(messages.length)
    const groups = new Map<number, { drafts: Draft[], indexes: number[] }>()
    for (const [index, message] of messages.entries()) {
      const checked = checkOne(message, payloads[index]!, identity, receivedAt)
      if (checked instanceof ProblemError) {
        results[index] = { producerId: 0, outcome: checked }
        continue
      }
      const { producerId, draft } = checked
      let group = groups.get(producerId)
      if (group === undefined) groups.set(producerId, group = { drafts: [], indexes: [] })
      group.drafts.push(draft)
      group.indexes.push(index)
    }
    await Promise.all([...groups].map(async ([producerId, { drafts, indexes }]) => {
      const accepted = await acceptor.accept(producerId, drafts)
      for (const [n, index] of indexes.entries()) results[index] = { producerId, outcome: accepted[n]! }
    }))
    return results
  }

  app.route({
    ...dsmRoutes.postDataBatchRoute,
    bodyLimit: BATCH_BODY_LIMIT,
    validatorCompiler: route => validatorCompiler({ ...route, schema: looseBatch }),
    onRequest: requireScope('data:write', 'producer', 'service'),
    handler: async (request, reply) => {
      const { messages } = request.body
      const results = await acceptBatch(messages, request.bodyText, request.identity)
      const texts = results.map(({ producerId, outcome }) => outcome instanceof ProblemError
        ? `{"error":${JSON.stringify(problemDocument(outcome, request.id))}}`
        : acknowledgedText(producerId, outcome))
      sendReady(reply, JSON_TYPE, `{"results":[${texts.join(',')}]}`)
      return reply
    }
  })
}
