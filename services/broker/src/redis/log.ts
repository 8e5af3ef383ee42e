import { logKey, metaKey, type LogPosition } from '@motience/schemas'
import type { LogEntry, LogHead, LogPage, OpenEpoch } from '../broker.js'
import type { BrokerLimits } from '../limits.js'
import { positionArguments, readPosition } from './fields.js'
import type { RunScript } from './run-script.js'

const readHead = ([epoch, offset, version, verified]: unknown[]): LogHead => ({
  epoch: Number(epoch), offset: Number(offset), version: Number(version), verified: verified === 1
})

type EntryReply = [id: string, fields: string[]]

const readEntry = ([id, fields]: EntryReply): LogEntry => {
  const [, text, , version, , appendedAt] = fields
  return { ...readPosition(id), version: Number(version), appendedAt: Number(appendedAt), text: text! }
}

/** Commands for one producer's log, except for accepting messages. */
export const createLogCommands = (run: RunScript, limits: BrokerLimits) => {
  const maxAge = String(limits.logMaxAgeSecs * 1000)

  return {
    async openEpoch ({ producerId, epoch, expected, version }: OpenEpoch): Promise<boolean> {
      const opened = await run('openEpoch', [metaKey(producerId), logKey(producerId)], master => [
        master.deadline(),
        String(epoch),
        String(expected.epoch),
        String(expected.offset),
        expected.verified ? '1' : '0',
        String(version)
      ])
      if (opened === -1) throw new RangeError(`Epoch ${epoch} is not above ${expected.epoch}`)
      return opened === 1
    },

    heads (producerIds: readonly number[]): Promise<LogHead[]> {
      return Promise.all(
        producerIds.map(async producerId => readHead((await run('head', [metaKey(producerId)], () => [])) as unknown[]))
      )
    },

    async readLog (producerId: number, after: LogPosition, limit: number): Promise<LogPage> {
      const reply = await run('readLog', [metaKey(producerId), logKey(producerId)], () =>
        [String(after.epoch), String(after.offset), String(limit), maxAge, String(limits.logPageBytes)]) as unknown[]
      const head = readHead(reply)
      const entries = (reply.slice(5) as EntryReply[]).map(readEntry)
      const next = entries[0]?.offset ?? head.offset + 1
      return {
        head,
        entries,
        more: reply[4] === 1,
        reachesBack: after.epoch === head.epoch && next === after.offset + 1
      }
    },

    async loggedEpochs (producerId: number): Promise<LogPosition[]> {
      return (await run('loggedEpochs', [logKey(producerId)], () => []) as string[]).map(readPosition)
    },

    async trimLog (producerId: number, stored?: LogPosition): Promise<number> {
      return Number(
        await run('trimLog', [metaKey(producerId), logKey(producerId)], () => [maxAge, ...positionArguments(stored)])
      )
    },

    async raiseVersion (producerId: number, version: number): Promise<number> {
      return Number(await run('raiseVersion', [metaKey(producerId)], master => [master.deadline(), String(version)]))
    }
  }
}
