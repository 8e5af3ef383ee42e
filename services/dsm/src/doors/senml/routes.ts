import { ProblemError, requireScope, type ServiceApp } from '@motience/kit'
import { DOOR_BODY_LIMIT, dsmRoutes, MAX_DOOR_POINTS, MAX_LISTED_FAULTS } from '@motience/schemas'
import { acknowledgedText } from '../../routes/acknowledged-text.js'
import { JSON_TYPE, sendReady } from '../../routes/send-ready.js'
import { acceptReadings, bodySession, retryableProblem, type DoorDependencies } from '../accept-readings.js'
import { takeCredentials } from '../credentials.js'
import { faultText } from '../fault-text.js'
import { parseRawBodies } from '../raw-body.js'
import { decodePack } from './decode.js'
import { groupRecords } from './readings.js'
import { resolvePack } from './resolve.js'

/** `POST /api/senml`: packs of SenML (RFC 8428) as JSON or CBOR. */
export const addSenmlDoor = (app: ServiceApp, dependencies: DoorDependencies): void => {
  parseRawBodies(app)

  app.route({
    ...dsmRoutes.postSenmlRoute,
    bodyLimit: DOOR_BODY_LIMIT,
    onRequest: [takeCredentials, requireScope('data:write', 'producer')],
    handler: async (request, reply) => {
      const { identity } = request
      const body = (request.body ?? Buffer.alloc(0)) as unknown as Buffer
      const pack = decodePack(request.headers['content-type'] ?? '', body)
      if (pack.length > MAX_DOOR_POINTS) {
        throw new ProblemError('MOT_BODY_TOO_LARGE', `A pack may have at most ${MAX_DOOR_POINTS} records`)
      }
      const { readings, refused } = groupRecords(resolvePack(pack, dependencies.now()), identity)
      const session = bodySession('senml', body)
      const outcomes = await acceptReadings(dependencies, identity, session, readings.map(({ reading }) => reading))
      const problem = retryableProblem(outcomes)
      if (problem !== undefined) throw problem
      const accepted: string[] = []
      for (const [n, outcome] of outcomes.entries()) {
        if (!(outcome instanceof ProblemError)) accepted.push(acknowledgedText(identity.userId, outcome))
        else for (const record of readings[n]!.records) refused.push({ record, problem: outcome })
      }
      const faults = refused
        .sort((a, b) => a.record - b.record)
        .slice(0, MAX_LISTED_FAULTS)
        .map(({ record, problem }) => ({ record, message: faultText(problem) }))
      if (accepted.length === 0 && faults.length > 0) {
        throw new ProblemError('MOT_BAD_INPUT', 'Every record is refused', {
          errors: faults.map(({ record, message }) => ({ path: `/${record}`, message }))
        })
      }
      const refusedText = faults.length === 0 ? '' : `,"refused":${JSON.stringify(faults)}`
      sendReady(reply, JSON_TYPE, `{"results":[${accepted.join(',')}]${refusedText}}`)
      return reply
    }
  })
}
