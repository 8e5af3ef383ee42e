import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** The methods of a reply used here; its own type allows only objects of the route's schema. */
type ReadyReply = Pick<FastifyReply, 'type' | 'send'>

/**
 * Sends a body that is already serialised, as text, bytes or a stream, without Fastify's serialiser. Return the reply
 * from the handler.
 */
export const sendReady = (
  reply: { type: unknown; send: unknown },
  contentType: string,
  body: string | Buffer | Readable
): void => {
  const ready = reply as ReadyReply
  ready.type(contentType).send(body)
}

export const JSON_TYPE = 'application/json; charset=utf-8'
