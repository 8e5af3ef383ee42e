import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** What of a reply is used here; its own type allows only what the route's schema says, as an object. */
type ReadyReply = Pick<FastifyReply, 'type' | 'send'>

/**
 * Sends a body that is written already, as text or as a stream: it goes out as it is, without Fastify's serialiser.
 * Return the reply from the handler.
 */
export const sendReady = (
  reply: { type: unknown; send: unknown },
  contentType: string,
  body: string | Readable
): void => {
  const ready = reply as ReadyReply
  ready.type(contentType).send(body)
}

export const JSON_TYPE = 'application/json; charset=utf-8'
