import { logKey, metaKey, sessionsKey } from '@motience/schemas'
import {
  type AcceptMessage, type AcceptOutcome, type AcceptRequest, type AcceptResult, BrokerUnavailableError, sessionName,
  type SessionName
} from '../broker.js'
import { type BrokerLimits } from '../limits.js'
import { restAfter } from '../rest-after.js'
import { placeArguments, readPosition, sessionField } from './fields.js'
import { cutPieces } from './pieces.js'
import type { Run } from './run.js'

const readOutcome = (text: string): AcceptOutcome => {
  if (text === 'r') return { kind: 'repeat', place: null }
  if (text.startsWith('r')) return { kind: 'repeat', place: readPosition(text.slice(1)) }
  return { kind: 'accepted', offset: Number(text) }
}

/** Reads the script's reply; `sessions` are those that it was asked of. */
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
 * The sessions of some messages, each once, and those messages as arguments that name theirs by its number, from 1 on.
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
    // Mostly all of a batch are of one session.
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

/** Accepts by the script of that name, one call for each piece of a request. */
export const createAccept = (run: Run, limits: BrokerLimits) => {
  const bounds = [limits.logMaxMessages, limits.logMaxBytes, limits.sessionsMaxBytes].map(String)

  const acceptPiece = async (request: AcceptRequest, messages: readonly AcceptMessage[]): Promise<AcceptResult> => {
    const { producerId, version, wide = false, stored, floors } = request
    const subscribers = wide ? [] : request.subscribers
    const { sessions, args } = readMessages(messages)
    const reply = await run('accept', [metaKey(producerId), logKey(producerId), sessionsKey(producerId)], master => {
      const all = [
        master.deadline(),
        String(version),
        ...bounds,
        ...placeArguments(stored),
        ...placeArguments(floors?.asOf),
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
   * Piece after piece, until one is refused in whole or in part: then the outcomes are fewer than the messages, and the
   * rest was not done. One that fails makes the whole request fail, for nobody knows what became of it.
   */
  const acceptRequest = async (request: AcceptRequest): Promise<AcceptResult> => {
    const [first, ...others] = cutPieces(request.messages, request.wide === true ? 1 : request.subscribers.length)
    const result = await acceptPiece(request, first ?? [])
    if (result.kind !== 'ok' || result.outcomes.length < (first?.length ?? 0)) return result
    for (const piece of others) {
      const next = await acceptPiece(request, piece)
      if (next.kind !== 'ok') break
      if (next.epoch !== result.epoch) throw new BrokerUnavailableError('The log began a new epoch meanwhile')
      result.stored = next.stored
      for (const outcome of next.outcomes) result.outcomes.push(outcome)
      if (next.outcomes.length < piece.length) break
    }
    return result
  }

  /**
   * Requests of one producer one after the other. After one that was not accepted as a whole none is, or their order
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
      refused ??= restAfter(request, result)
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
