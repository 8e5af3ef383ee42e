import { isUtf8 } from 'node:buffer'
import { ProblemError, type ServiceApp } from '@motience/kit'

declare module 'fastify' {
  interface FastifyRequest {
    /** The text of a JSON body as it was received. */
    bodyText: string
  }
}

/**
 * Parses JSON bodies and keeps their text, so that a payload can be passed on as it was sent. Bytes that are not UTF-8
 * are refused, since decoding would replace them. Fastify's search for `__proto__` in the whole body is omitted: each
 * payload is checked, and answered, separately.
 */
export const parseJsonText = (app: ServiceApp): void => {
  app.decorateRequest('bodyText', '')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (!isUtf8(bytes)) {
      done(new ProblemError('MOT_BAD_JSON', 'The body is not UTF-8'))
      return
    }
    const text = bytes.toString()
    try {
      const value: unknown = JSON.parse(text)
      request.bodyText = text
      done(null, value)
    } catch (cause) {
      done(new ProblemError('MOT_BAD_JSON', 'The body is not well-formed JSON', { cause }))
    }
  })
}
