import { ProblemError, type Authenticator } from '@motience/kit'
import type { LightMyRequestResponse } from 'fastify'
import { testAuthenticator, testDsm, type Teardown, type TestDsm, type TestDsmOptions } from '../test-dsm.js'
import { pino } from 'pino'
import type { Door } from './all-doors.js'

/** As `testAuthenticator`; `key-<producer>-<device>` is a device key, and `bad` is no credential. */
export const doorAuthenticator: Authenticator = {
  ...testAuthenticator,
  verify: async token => {
    if (token === 'bad') throw new ProblemError('MOT_UNAUTHORIZED')
    if (!token.startsWith('key-')) return await testAuthenticator.verify(token)
    const identity = await testAuthenticator.verify(token.replace('key', 'producer'))
    return { ...identity, scopes: ['data:write'], deviceOnly: true }
  }
}

/** What a request through a door may have besides its body. */
export interface SendOptions { url?: string, headers?: Record<string, string>, token?: string | null }

export interface TestDoors extends TestDsm {
  send (door: Pick<Door, 'url' | 'contentType'>, body: Buffer | string, options?: SendOptions):
  Promise<LightMyRequestResponse>
  /** The envelopes that consumer 50 of producer 1 receives, as text. */
  received: string[]
  /** Everything that it logged. */
  log: string[]
}

/** A DSM whose producer 1 has the subscriber 50. */
export const testDoors = async (t: Teardown, options: TestDsmOptions = {}): Promise<TestDoors> => {
  const log: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => { log.push(line) } })
  const dsm = await testDsm(t, { auth: doorAuthenticator, logger, ...options })
  await dsm.sm.activate(1, 50)
  const received: string[] = []
  await dsm.broker.subscribe(50, text => { received.push(text) })
  return {
    ...dsm,
    received,
    log,
    send: async (door, body, { url = door.url, headers = {}, token = 'producer-1' } = {}) => await dsm.app.inject({
      method: 'POST',
      url,
      headers: {
        'content-type': door.contentType,
        ...token === null ? {} : { authorization: `Bearer ${token}` },
        ...headers
      },
      payload: body
    })
  }
}

/** The text of an envelope's payload. */
export const payloadIn = (envelope: string): string => envelope.slice(envelope.indexOf(',"payload":') + 11, -1)
