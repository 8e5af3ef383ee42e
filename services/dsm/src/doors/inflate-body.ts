import { pipeline, Transform, type Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
import { ProblemError, type ServiceApp } from '@motience/kit'

/** How many times its size a compressed body may become. Text in these formats compresses at most some 100 times. */
export const MAX_INFLATION = 200

/** Bytes up to which the ratio does not matter: a short body of equal lines compresses better than other text. */
const FREE_BYTES = 1_048_576

/** A body that Fastify limits by its decompressed size, and whose `content-length` is that of the compressed one. */
type InflatedBody = Transform & { receivedEncodedLength: number }

const inflate = (body: Readable, unzip: Transform): InflatedBody => {
  let size = 0
  const inflated = new Transform({
    transform (chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > FREE_BYTES && size > inflated.receivedEncodedLength * MAX_INFLATION) {
        done(new ProblemError('MOT_BODY_TOO_LARGE', `The body is compressed more than ${MAX_INFLATION} times`))
      } else {
        done(null, chunk)
      }
    }
  }) as InflatedBody
  inflated.receivedEncodedLength = 0
  body.on('data', (chunk: Buffer) => { inflated.receivedEncodedLength += chunk.length })
  unzip.once('error', cause => {
    inflated.destroy(new ProblemError('MOT_BAD_INPUT', 'The body can\'t be decompressed', { cause }))
  })
  // Fastify stops listening once it has answered, with a body still on its way.
  inflated.on('error', () => {})
  pipeline(body, unzip, inflated, () => {})
  return inflated
}

/**
 * Decompresses the bodies of a scope's routes (`Content-Encoding: gzip` or `deflate`) as they arrive: no more than
 * `bodyLimit` bytes, and no more than `MAX_INFLATION` times what was sent. Other encodings get 415.
 */
export const inflateBodies = (app: ServiceApp): void => {
  app.addHook('preParsing', (request, reply, body, done) => {
    switch (request.headers['content-encoding']?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        done(null, body)
        break
      case 'gzip':
      case 'x-gzip':
        done(null, inflate(body as Readable, createGunzip()))
        break
      case 'deflate':
        done(null, inflate(body as Readable, createInflate()))
        break
      default:
        // RFC 9110, section 15.5.16
        reply.header('accept-encoding', 'gzip, deflate')
        done(new ProblemError('MOT_UNSUPPORTED_MEDIA_TYPE', 'The body may be compressed with gzip or deflate only'))
    }
  })
}
