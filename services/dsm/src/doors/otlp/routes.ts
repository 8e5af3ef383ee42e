import { answerProblem, requireScope, type ServiceApp } from '@motience/kit'
import { DOOR_BODY_LIMIT, dsmRoutes } from '@motience/schemas'
import { acceptReadings, bodySession, retryableProblem, type DoorDependencies } from '../accept-readings.js'
import { takeCredentials } from '../credentials.js'
import { deviceTags, type DeviceTags } from '../device-name.js'
import { parseRawBodies } from '../raw-body.js'
import { sendReady } from '../../routes/send-ready.js'
import { decodeBody, responseFor, writeStatus } from './encoding.js'
import { readRequest } from './readings.js'

/**
 * Resource attributes of OpenTelemetry's semantic conventions. A host's name comes before that of a service's instance,
 * which is usually a new one whenever the service starts.
 */
const defaultTags: DeviceTags = {
  explicit: ['device', 'device_id', 'device.id'],
  implicit: ['host.name', 'service.instance.id']
}

/** `POST /v1/metrics`: OTLP/HTTP, with protobuf or JSON. */
export const addOtlpDoor = (app: ServiceApp, dependencies: DoorDependencies): void => {
  parseRawBodies(app)

  app.route({
    ...dsmRoutes.postOtlpMetricsRoute,
    bodyLimit: DOOR_BODY_LIMIT,
    onRequest: [takeCredentials, requireScope('data:write', 'producer')],
    errorHandler: (error, request, reply) => { answerProblem(error, request, reply, writeStatus) },
    handler: async (request, reply) => {
      const { identity, query } = request
      const body = (request.body ?? Buffer.alloc(0)) as Buffer
      const tag = query.device_tag
      const readings = readRequest(decodeBody(request, body), { deviceTags: deviceTags(defaultTags, tag), identity })
      const outcomes = await acceptReadings(dependencies, identity, bodySession('otlp', tag, body), readings)
      const problem = retryableProblem(outcomes)
      if (problem !== undefined) throw problem
      const { type, body: response } = responseFor(request, outcomes)
      sendReady(reply, type, response)
      return reply
    }
  })
}
