import { answerProblem, requireScope, type ServiceApp, type WriteProblem } from '@motience/kit'
import { DOOR_BODY_LIMIT, dsmRoutes, type Precision } from '@motience/schemas'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { acceptReadings, bodySession, retryableProblem, type DoorDependencies } from '../accept-readings.js'
import { takeCredentials, takeQueryCredentials } from '../credentials.js'
import { deviceTags, type DeviceTags } from '../device-name.js'
import { utf8Text } from '../exact-json.js'
import { parseRawBodies } from '../raw-body.js'
import { partialWrite, writeError, writeV1Error } from './errors.js'
import { readLines } from './readings.js'

/** Telegraf writes the host's name into `host`. */
const defaultTags: DeviceTags = { explicit: ['device', 'device_id'], implicit: ['host'] }

/** Clients tell InfluxDB and its version by these. */
const PING_HEADERS = { 'x-influxdb-build': 'Motience', 'x-influxdb-version': '2.7.0-motience' }

/** Windows programs write it before the first line. */
const BYTE_ORDER_MARK = /^\ufeff/

interface WriteQuery { precision?: Precision, device_tag?: string }

const onError = (write: WriteProblem) => (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  answerProblem(error, request, reply, write)
}

/** `POST /api/v2/write` and `POST /write`, for clients of InfluxDB, and `GET /ping`. */
export const addInfluxDoor = (app: ServiceApp, dependencies: DoorDependencies): void => {
  parseRawBodies(app)

  const write = async (request: Pick<FastifyRequest, 'identity'>, body: Buffer, query: WriteQuery): Promise<void> => {
    const { identity } = request
    const lines = readLines(utf8Text(body).replace(BYTE_ORDER_MARK, ''), {
      precision: query.precision,
      deviceTags: deviceTags(defaultTags, query.device_tag),
      identity
    })
    const session = bodySession('influx', query.precision, query.device_tag, body)
    const outcomes = await acceptReadings(dependencies, identity, session, lines.map(({ reading }) => reading))
    const problem = retryableProblem(outcomes) ?? partialWrite(lines, outcomes)
    if (problem !== null) throw problem
  }

  app.route({
    ...dsmRoutes.postInfluxWriteRoute,
    bodyLimit: DOOR_BODY_LIMIT,
    onRequest: [takeCredentials, requireScope('data:write', 'producer')],
    errorHandler: onError(writeError),
    handler: async (request, reply) => {
      await write(request, request.body as unknown as Buffer, request.query)
      return await reply.code(204).send(null)
    }
  })

  app.route({
    ...dsmRoutes.postInfluxV1WriteRoute,
    bodyLimit: DOOR_BODY_LIMIT,
    onRequest: [takeQueryCredentials, requireScope('data:write', 'producer')],
    errorHandler: onError(writeV1Error),
    handler: async (request, reply) => {
      await write(request, request.body as unknown as Buffer, request.query)
      return await reply.code(204).send(null)
    }
  })

  app.route({
    ...dsmRoutes.getInfluxPingRoute,
    handler: async (_request, reply) => {
      reply.headers(PING_HEADERS)
      return await reply.code(204).send(null)
    }
  })
}
