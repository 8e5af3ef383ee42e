import type { DataBody, Problem } from '@motience/schemas'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a fake DSM answers calls and messages. */
export interface DsmRules {
  /** Status of the whole call; 200 by default. */
  status?: (messages: DataBody[]) => number
  /** The problem for a message; undefined accepts it. */
  refuse?: (message: DataBody) => Partial<Problem> | undefined
}

/** A DSM that implements `POST /api/data/batch` in memory. */
export interface FakeDsm {
  readonly url: string
  rules: DsmRules
  /** Messages in each call received, including refused calls. */
  readonly calls: number[]
  /** Messages accepted, in order, without repeats. */
  readonly accepted: DataBody[]
  /** Bodies of the calls. */
  readonly bodies: string[]
  /** Calls that wait for `hold` to be released. */
  readonly held: number
  /** Maximum number of concurrent calls of one producer. */
  readonly maxConcurrent: number
  /** Delays answers until the returned function is called. */
  hold (): () => void
  stop (): Promise<void>
  start (): Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const problem = (status: number, rest: Partial<Problem> = {}): Problem => ({
  type: 'about:blank',
  title: 'Refused',
  status,
  detail: 'Refused in a test',
  code: status === 503 ? 'MOT_UNAVAILABLE' : 'MOT_BAD_INPUT',
  request_id: 'fake',
  ...rest
})

export const fakeDsm = async (t: { teardown (fn: () => unknown): void }): Promise<FakeDsm> => {
  const offsets = new Map<number, number>()
  const seen = new Map<string, number>()
  const concurrent = new Map<number, number>()
  const calls: number[] = []
  const accepted: DataBody[] = []
  const bodies: string[] = []
  let barrier: Promise<void> | null = null
  let held = 0
  let maxConcurrent = 0
  let port = 0

  const accept = (message: DataBody): object => {
    const refusal = dsm.rules.refuse?.(message)
    if (refusal !== undefined) return { error: problem(refusal.status ?? 400, refusal) }
    const name =
      message.session === undefined || message.seq === undefined
        ? null
        : JSON.stringify([message.producer_id, message.device_id, message.session, message.seq])
    const first = name === null ? undefined : seen.get(name)
    const offset = first ?? (offsets.get(message.producer_id) ?? 0) + 1
    if (first === undefined) {
      offsets.set(message.producer_id, offset)
      accepted.push(message)
      if (name !== null) seen.set(name, offset)
    }
    return {
      producer_id: message.producer_id,
      epoch: 1,
      offset,
      subscriberCount: 2,
      duplicate: first !== undefined,
      received_at: '2026-01-01T00:00:00.000Z'
    }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/health') {
      response.end('{"status":"ok"}')
      return
    }
    const body = await readBody(request)
    bodies.push(body)
    const { messages } = JSON.parse(body) as { messages: DataBody[] }
    calls.push(messages.length)
    const producers = new Set(messages.map(message => message.producer_id))
    for (const id of producers) {
      concurrent.set(id, (concurrent.get(id) ?? 0) + 1)
      maxConcurrent = Math.max(maxConcurrent, concurrent.get(id)!)
    }
    held++
    await barrier
    held--
    for (const id of producers) concurrent.set(id, concurrent.get(id)! - 1)
    const status =
      request.headers.authorization?.startsWith('Bearer ') === true ? (dsm.rules.status?.(messages) ?? 200) : 401
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { results: messages.map(accept) } : problem(status)))
  }

  const server = createServer((request, response) => { answer(request, response).catch(() => { response.destroy() }) })
  const dsm: FakeDsm = {
    get url () { return `http://127.0.0.1:${port}` },
    get held () { return held },
    get maxConcurrent () { return maxConcurrent },
    rules: {},
    calls,
    accepted,
    bodies,
    hold: () => {
      let release = (): void => {}
      barrier = new Promise(resolve => { release = resolve })
      return () => {
        barrier = null
        release()
      }
    },
    start: async () => {
      await new Promise<void>(resolve => { server.listen(port, '127.0.0.1', resolve) })
      port = (server.address() as AddressInfo).port
    },
    stop: async () => {
      if (!server.listening) return
      const closed = new Promise<void>(resolve => { server.close(() => { resolve() }) })
      server.closeAllConnections()
      await closed
    }
  }
  await dsm.start()
  t.teardown(async () => { await dsm.stop() })
  return dsm
}
