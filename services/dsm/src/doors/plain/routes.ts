import { ProblemError, requireScope, type ServiceApp } from '@motience/kit'
import { dsmRoutes, payloadText } from '@motience/schemas'
import { checkMessage } from '../../accept/check-message.js'
import { acknowledgedText } from '../../routes/acknowledged-text.js'
import { JSON_TYPE, sendReady } from '../../routes/send-ready.js'
import type { DoorDependencies } from '../accept-readings.js'
import { takeCredentials } from '../credentials.js'
import { deviceOf } from '../device-name.js'
import { utf8Text } from '../exact-json.js'
import { parseRawBodies } from '../raw-body.js'

/** Room for white space around the payload, which does not count. */
const BODY_SLACK = 16_384

/** White space of JSON (RFC 8259, section 2), which is less than that of `trim`. */
const trimSpace = (text: string): string => text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '')

/** The text of a JSON object. Throws MOT_BAD_JSON for anything else. */
const objectText = (body: Buffer): string => {
  const text = trimSpace(utf8Text(body))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ProblemError('MOT_BAD_JSON', 'The body is not well-formed JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('MOT_BAD_INPUT', 'The body is not a JSON object')
  }
  return text
}

/**
 * `POST /api/data/payload`: the body is the payload, whatever its members are named; the rest of the message is in the
 * query. The content type does not matter, since curl sends that of a form.
 */
export const addPlainDoor = (app: ServiceApp, { acceptor, maxPayload, now }: DoorDependencies): void => {
  parseRawBodies(app)

  app.route({
    ...dsmRoutes.postPayloadRoute,
    bodyLimit: maxPayload + BODY_SLACK,
    onRequest: [takeCredentials, requireScope('data:write', 'producer')],
    handler: async (request, reply) => {
      const { identity, query } = request
      const text = objectText((request.body ?? Buffer.alloc(0)) as unknown as Buffer)
      const { device_id: named, ...fields } = query
      const device = deviceOf(identity, { explicit: ['device_id'], implicit: [] }, () => named)
      const draft = checkMessage(
        { producer_id: identity.userId, payload: {}, ...fields, ...device === undefined ? {} : { device_id: device } },
        payloadText(text),
        identity,
        maxPayload,
        now()
      )
      if (draft instanceof ProblemError) throw draft
      const [outcome] = await acceptor.accept(identity.userId, [draft])
      if (outcome instanceof ProblemError) throw outcome
      sendReady(reply, JSON_TYPE, acknowledgedText(identity.userId, outcome!))
      return reply
    }
  })
}
