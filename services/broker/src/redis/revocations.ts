import { randomUUID } from 'node:crypto'
import { REVOCATIONS_KEY, REVOCATIONS_RUN_KEY } from '@motience/schemas'
import type { Revocation, Revocations } from '../broker.js'
import type { RunScript } from './run-script.js'

/** Maximum number of revocations per script call. */
const MAX_PART = 1000

const nameOf = (revocation: Revocation): string =>
  revocation.kind === 'session' ? `session:${revocation.sid}` : `user:${revocation.userId}`

const pairs = (revocations: readonly Revocation[]): string[] =>
  revocations.flatMap(revocation => [nameOf(revocation), String(revocation.expiresAt)])

const readRevocation = (name: string, expiresAt: number): Revocation => name.startsWith('user:')
  ? { kind: 'user', userId: Number(name.slice(5)), expiresAt }
  : { kind: 'session', sid: name.slice(8), expiresAt }

const cutParts = (revocations: readonly Revocation[]): (readonly Revocation[])[] => {
  const parts: (readonly Revocation[])[] = []
  for (let i = 0; i < revocations.length; i += MAX_PART) parts.push(revocations.slice(i, i + MAX_PART))
  return parts
}

/** The revocations in force, in a sorted set by expiry. */
export const createRevocationCommands = (run: RunScript) => ({
  async revoke (revocations: readonly Revocation[]): Promise<void> {
    for (const part of cutParts(revocations)) {
      await run('revoke', [REVOCATIONS_KEY], master => [master.deadline(), ...pairs(part)])
    }
  },

  async restoreUser (userId: number): Promise<void> {
    await run('restore', [REVOCATIONS_KEY], master => [master.deadline(), `user:${userId}`])
  },

  async replaceRevocations (revocations: readonly Revocation[]): Promise<void> {
    const writer = randomUUID()
    const parts = revocations.length === 0 ? [[]] : cutParts(revocations)
    for (const [i, part] of parts.entries()) {
      const isFirst = i === 0 ? '1' : '0'
      const isLast = i === parts.length - 1 ? '1' : '0'
      await run('replace', [REVOCATIONS_KEY, REVOCATIONS_RUN_KEY], master => [
        master.deadline(),
        writer,
        isFirst,
        isLast,
        ...pairs(part)
      ])
    }
  },

  async revocations (): Promise<Revocations> {
    const [complete, ...flat] = (await run('revocations', [REVOCATIONS_KEY, REVOCATIONS_RUN_KEY], () => [])) as [
      number,
      ...string[]
    ]
    const items: Revocation[] = []
    for (let i = 0; i < flat.length; i += 2) items.push(readRevocation(flat[i]!, Number(flat[i + 1])))
    return { complete: complete === 1, items }
  }
})
