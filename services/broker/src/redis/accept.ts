import { logKey, metaKey, sessionsKey } from '@motience/schemas'
import {
  type AcceptMessage, type AcceptOutcome, type AcceptRequest, type AcceptResult, BrokerUnavailableError, sessionName,
  type SessionName
} from '../broker.js'
import { type BrokerLimits } from '../limits.js'
import { resultForLaterRequests } from '../later-requests.js'
import { positionArguments, readPosition, sessionField } from './fields.js'
import { splitMessages } from './split-messages.js'
import type { RunScript } from './run-script.js'

const readOutcome = (text: string): AcceptOutcome => {
  if (text === 'r') return { kind: 'repeat', position: null }
  if (text.startsWith('r')) return { kind: 'repeat', position: readPosition(text.slice(1)) }
  return { kind: 'accepted', offset: Number(text) }
}

/** Parses the script's reply; `sessions` are those of the call. */
const readResult = ([kind, ...rest]: string[], sessions: readonly SessionName[]): AcceptResult => {
  switch (kind) {
    case 'ok': {
      const [epoch, stored, ...outcomes] = rest
      return { kind, epoch: Number(epoch), stored: Number(stored), outcomes: outcomes.map(readOutcome) }
    }
    case 'stale':
      return { kind, version: Number(rest[0]) }
    case 'unknown': {
      const [epoch, offset, ...numbers] = rest.map(Number)
      return { kind, asOf: { epoch: epoch!, offset: offset! }, sessions: numbers.map(number => sessions[number - 1]!) }
    }
    case 'full': {
      const [epoch, offset, stored] = rest.map(Number)
      return { kind, head: { epoch: epoch!, offset: offset! }, stored: stored! }
    }
    default: {
      const [epoch, offset, version] = rest.map(Number)
      return { kind: 'unverified', head: { epoch: epoch!, offset: offset!, version: version!, verified: false } }
    }
  }
}

/**
 * The distinct sessions of some messages, and those messages as arguments that refer to their session by number, from 1
 * on.
 */
const readMessages = (messages: readonly AcceptMessage[]): { sessions: SessionName[], args: string[] } => {
  const sessions: SessionName[] = []
  const numbers = new Map<string, string>()
  const args: string[] = []
  let last: { device: string, session: string, number: string } | null = null
  for (const { head, tail, device, session, seq } of messages) {
    if (session === null || seq === null) {
      args.push(head, tail, '0', '')
      continue
    }
    // Usually all messages of a batch have the same session.
    if (last === null || last.session !== session || last.device !== device) {
      const name = sessionName(device, session)
      let number = numbers.get(name)
      if (number === undefined) numbers.set(name, number = String(sessions.push({ device, session })))
      last = { device, session, number }
    }
    args.push(head, tail, last.number, String(seq))
  }
  return { sessions, args }
}

/** Accepts by the script of the same name, with one call per part of a request. */
export const createAccept = (run: RunScript, limits: BrokerLimits) => {
  const bounds = [limits.logMaxMessages, limits.logMaxBytes, limits.sessionsMaxBytes].map(String)

  const acceptPart = async (request: AcceptRequest, messages: readonly AcceptMessage[]): Promise<AcceptResult> => {
    const { producerId, version, wide = false, stored, floors } = request
    const subscribers = wide ? [] : request.subscribers
    const { sessions, args } = readMessages(messages)
    const reply = await run('accept', [metaKey(producerId), logKey(producerId), sessionsKey(producerId)], master => {
      const all = [
        master.deadline(),
        String(version),
        ...bounds,
        ...positionArguments(stored),
        ...positionArguments(floors?.asOf),
        wide ? 'wide' : String(subscribers.length),
        String(sessions.length)
      ]
      for (const consumerId of subscribers) all.push(String(consumerId))
      for (const { device, session } of sessions) {
        all.push(sessionField(device, session), String(floors?.seqs.get(sessionName(device, session)) ?? ''))
      }
      for (const arg of args) all.push(arg)
      return all
    })
    return readResult(reply as string[], sessions)
  }

  /**
   * Sends part after part until one is not accepted completely: then there are fewer outcomes than messages, and the
   * remaining parts are not sent. If one fails, the whole request fails, since its outcome is unknown.
   */
  const acceptRequest = async (request: AcceptRequest): Promise<AcceptResult> => {
    const [first, ...others] = splitMessages(request.messages, request.wide === true ? 1 : request.subscribers.length)
    const result = await acceptPart(request, first ?? [])
    if (result.kind !== 'ok' || result.outcomes.length < (first?.length ?? 0)) return result
    for (const part of others) {
      const next = await acceptPart(request, part)
      if (next.kind !== 'ok') break
      if (next.epoch !== result.epoch) throw new BrokerUnavailableError('A new epoch was opened meanwhile')
      result.stored = next.stored
      for (const outcome of next.outcomes) result.outcomes.push(outcome)
      if (next.outcomes.length < part.length) break
    }
    return result
  }

  /**
   * Requests of one producer one after the other. After one that was not accepted completely none is, since their order
   * would be lost.
   */
  const acceptInOrder = async (
    requests: readonly AcceptRequest[],
    results: AcceptResult[],
    indexes: readonly number[]
  ): Promise<void> => {
    let refused: AcceptResult | null = null
    for (const index of indexes) {
      const request = requests[index]!
      const result: AcceptResult = refused ?? await acceptRequest(request)
      refused ??= resultForLaterRequests(request, result)
      results[index] = result
    }
  }

  return async (requests: readonly AcceptRequest[]): Promise<AcceptResult[]> => {
    const [only] = requests
    if (only !== undefined && requests.length === 1) return [await acceptRequest(only)]
    const results: AcceptResult[] = []
    const byProducer = new Map<number, number[]>()
    requests.forEach(({ producerId }, index) => {
      const indexes = byProducer.get(producerId)
      if (indexes === undefined) byProducer.set(producerId, [index])
      else indexes.push(index)
    })
    const settled = await Promise.allSettled(
      [...byProducer.values()].map(indexes => acceptInOrder(requests, results, indexes))
    )
    const failure = settled.find(one => one.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    return results
  }
}
