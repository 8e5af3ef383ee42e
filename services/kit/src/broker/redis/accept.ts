import { logKey, metaKey, sessionsKey } from '@motience/schemas'
import { type AcceptMessage, type AcceptOutcome, type AcceptRequest, type AcceptResult, type BrokerLimits, BrokerUnavailableError } from '../broker.js'
import { readPlace, sessionField } from './fields.js'
import { cutPieces } from './pieces.js'
import type { Run } from './run.js'

const readOutcome = (text: string): AcceptOutcome => {
  if (text === 'r') return { kind: 'repeat', place: null }
  if (text.startsWith('r')) return { kind: 'repeat', place: readPlace(text.slice(1)) }
  return { kind: 'accepted', offset: Number(text) }
}

const readResult = ([kind, ...rest]: string[]): AcceptResult => {
  switch (kind) {
    case 'ok': {
      const [epoch, ...outcomes] = rest
      return { kind, epoch: Number(epoch), outcomes: outcomes.map(readOutcome) }
    }
    case 'stale':
      return { kind, version: Number(rest[0]) }
    default: {
      const [epoch, offset, version] = rest.map(Number)
      return { kind: 'unverified', head: { epoch: epoch!, offset: offset!, version: version!, verified: false } }
    }
  }
}

/** Accepts by the script of that name, one call for each piece of a request. */
export const createAccept = (run: Run, limits: BrokerLimits) => {
  const acceptPiece = async (request: AcceptRequest, messages: readonly AcceptMessage[]): Promise<AcceptResult> => {
    const { producerId, version, subscribers } = request
    const reply = await run('accept', [metaKey(producerId), logKey(producerId), sessionsKey(producerId)], master => {
      const args = [
        master.deadline(), String(version), String(limits.logMaxMessages), String(limits.logMaxAgeSecs * 1000),
        String(limits.maxSessions), String(subscribers.length)
      ]
      for (const consumerId of subscribers) args.push(String(consumerId))
      for (const { head, tail, device, session, seq } of messages) {
        if (session === null || seq === null) args.push(head, tail, '', '')
        else args.push(head, tail, sessionField(device, session), String(seq))
      }
      return args
    })
    return readResult(reply as string[])
  }

  /**
   * Piece after piece, until one is refused: then the outcomes are fewer than the messages, and the rest was not done.
   * One that fails makes the whole request fail, for nobody knows what became of it.
   */
  const acceptRequest = async (request: AcceptRequest): Promise<AcceptResult> => {
    const [first, ...others] = cutPieces(request.messages, request.subscribers.length)
    const result = await acceptPiece(request, first ?? [])
    if (result.kind !== 'ok') return result
    for (const piece of others) {
      const next = await acceptPiece(request, piece)
      if (next.kind !== 'ok') break
      if (next.epoch !== result.epoch) throw new BrokerUnavailableError('The log began a new epoch meanwhile')
      for (const outcome of next.outcomes) result.outcomes.push(outcome)
    }
    return result
  }

  /** Requests of one producer one after the other. After one that was not accepted none is, or their order would be lost. */
  const acceptInOrder = async (requests: readonly AcceptRequest[], results: AcceptResult[], indexes: readonly number[]): Promise<void> => {
    let refused: AcceptResult | null = null
    for (const index of indexes) {
      const request = requests[index]!
      const result: AcceptResult = refused ?? await acceptRequest(request)
      if (result.kind !== 'ok') refused = result
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
    const settled = await Promise.allSettled([...byProducer.values()].map(indexes => acceptInOrder(requests, results, indexes)))
    const failure = settled.find(one => one.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    return results
  }
}
