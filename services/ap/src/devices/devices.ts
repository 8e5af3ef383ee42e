import { ProblemError } from '@motience/kit'
import type { DeviceKey, Labels, PatchDeviceBody } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import { endKeys, sidOfKey } from '../keys/end-keys.js'
import type { NewKey } from '../keys/new-key.js'
import { checkDeviceCount, insertDevice, insertDeviceKey, lockAccount, type NewDevice } from './create-device.js'
import { isConnected, type DeviceRow } from './device-row.js'

/** Maximum number of valid keys of a device: one in use, and the one that replaces it. */
export const MAX_DEVICE_KEYS = 2

/** Whose devices a caller may see and change: a user's, or everybody's (null). */
export type Owner = number | null

/**
 * Devices in `ap.devices`, and their keys. Whatever voids what services remember of a key is noted in the same
 * transaction; the caller publishes it.
 */
export interface Devices {
  /** Rejects with MOT_AP_DEVICE_EXISTS or MOT_AP_TOO_MANY_DEVICES. */
  create (device: NewDevice): Promise<{ device: DeviceRow, key: NewKey }>
  find (id: number, owner: Owner): Promise<DeviceRow | null>
  /** The device as it is then; null if there is none. Rejects with MOT_AP_DEVICE_EXISTS. */
  change (id: number, owner: Owner, patch: PatchDeviceBody): Promise<DeviceRow | null>
  /** The device that was deleted; null if there is none. */
  remove (id: number, owner: Owner): Promise<DeviceRow | null>
  keys (id: number): Promise<DeviceKey[]>
  /** Null if there is no such device. Rejects with MOT_AP_TOO_MANY_KEYS. */
  addKey (id: number, owner: Owner): Promise<{ key: NewKey, createdAt: string } | null>
  /** The device whose key was revoked; null if there is no such key. */
  revokeKey (id: number, owner: Owner, keyId: string): Promise<DeviceRow | null>
}

const nameTaken = (name: string) => new ProblemError('MOT_AP_DEVICE_EXISTS', `There is a device named ${name} already`)

const UNIQUE_VIOLATION = '23505'

export const createDevices = (sql: Sql, clock: Clock, maxDevices: number): Devices => {
  const ownedBy = (owner: Owner) => owner === null ? sql`` : sql`AND d.user_id = ${owner}`

  const lock = async (tx: TransactionSql, id: number, owner: Owner): Promise<DeviceRow | null> => {
    const [row] = await tx<DeviceRow[]>`
      SELECT d.*, ${isConnected(tx, clock())} AS connected FROM ap.devices d
      WHERE d.id = ${id} ${ownedBy(owner)} FOR UPDATE OF d`
    return row ?? null
  }

  /** Voids what services remember of all keys of a device. */
  const endAll = async (tx: TransactionSql, { id, user_id: userId, generation }: DeviceRow): Promise<void> => {
    const keys = await tx<{ id: string }[]>`SELECT id FROM ap.keys WHERE device_id = ${id} AND revoked_at IS NULL`
    await endKeys(tx, userId, keys.map(key => sidOfKey(key.id, generation)), clock())
  }

  const update = async (
    tx: TransactionSql, device: DeviceRow, { name, labels, disabled }: PatchDeviceBody
  ): Promise<DeviceRow> => {
    const isDisabled = device.disabled_at !== null
    const isChanged = (name !== undefined && name !== device.name) || (disabled ?? isDisabled) !== isDisabled
    if (isChanged) await endAll(tx, device)
    const disabledAt = (disabled ?? isDisabled) ? device.disabled_at ?? new Date(clock()).toISOString() : null
    const newLabels: Labels = labels ?? device.labels
    const [row] = await tx<Omit<DeviceRow, 'connected'>[]>`
      UPDATE ap.devices SET name = ${name ?? device.name}, labels = ${tx.json(newLabels)}, disabled_at = ${disabledAt},
        generation = generation + ${isChanged ? 1 : 0}
      WHERE id = ${device.id} RETURNING *`
    return { ...row!, connected: device.connected && !isChanged }
  }

  return {
    create: async newDevice => await sql.begin(async tx => {
      await lockAccount(tx, newDevice.userId)
      await checkDeviceCount(tx, newDevice.userId, maxDevices)
      const device = await insertDevice(tx, newDevice, clock())
      if (device === null) throw nameTaken(newDevice.name)
      return { device, key: await insertDeviceKey(tx, device, clock()) }
    }),

    async find (id, owner) {
      const [row] = await sql<DeviceRow[]>`
        SELECT d.*, ${isConnected(sql, clock())} AS connected FROM ap.devices d WHERE d.id = ${id} ${ownedBy(owner)}`
      return row ?? null
    },

    async change (id, owner, patch) {
      try {
        return await sql.begin(async tx => {
          const device = await lock(tx, id, owner)
          return device === null ? null : await update(tx, device, patch)
        })
      } catch (error) {
        if ((error as { code?: string }).code === UNIQUE_VIOLATION) throw nameTaken(patch.name ?? '')
        throw error
      }
    },

    remove: async (id, owner) => await sql.begin(async tx => {
      const device = await lock(tx, id, owner)
      if (device === null) return null
      await endAll(tx, device)
      await tx`DELETE FROM ap.devices WHERE id = ${id}`
      return device
    }),

    async keys (id) {
      return await sql<DeviceKey[]>`
        SELECT id, created_at, last_used_at FROM ap.keys
        WHERE device_id = ${id} AND revoked_at IS NULL ORDER BY created_at, id`
    },

    addKey: async (id, owner) => await sql.begin(async tx => {
      const device = await lock(tx, id, owner)
      if (device === null) return null
      const [count] = await tx<{ n: number }[]>`
        SELECT count(*)::int AS n FROM ap.keys WHERE device_id = ${id} AND revoked_at IS NULL`
      if (count!.n >= MAX_DEVICE_KEYS) {
        throw new ProblemError('MOT_AP_TOO_MANY_KEYS', `A device may have ${MAX_DEVICE_KEYS} keys`)
      }
      const now = clock()
      return { key: await insertDeviceKey(tx, device, now), createdAt: new Date(now).toISOString() }
    }),

    revokeKey: async (id, owner, keyId) => await sql.begin(async tx => {
      const device = await lock(tx, id, owner)
      if (device === null) return null
      const [key] = await tx<{ revoked_at: string | null }[]>`
        SELECT revoked_at FROM ap.keys WHERE id = ${keyId} AND device_id = ${id}`
      if (key === undefined) return null
      if (key.revoked_at !== null) return device
      await tx`UPDATE ap.keys SET revoked_at = ${new Date(clock())} WHERE id = ${keyId}`
      await endKeys(tx, device.user_id, [sidOfKey(keyId, device.generation)], clock())
      return device
    })
  }
}
