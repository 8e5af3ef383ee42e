import { ProblemError } from '@motience/kit'
import type { Labels } from '@motience/schemas'
import type { TransactionSql } from 'postgres'
import { newKey, type NewKey } from '../keys/new-key.js'
import type { DeviceRow } from './device-row.js'

/** What a new device is made of. */
export interface NewDevice { userId: number, name: string, labels: Labels }

/** Locks an account's devices until the transaction ends: its bounds are counted by one call at a time. */
export const lockAccount = async (tx: TransactionSql, userId: number): Promise<void> => {
  await tx`SELECT 1 FROM ap.users WHERE id = ${userId} FOR NO KEY UPDATE`
}

/** Rejects with MOT_AP_TOO_MANY_DEVICES where the account has all that it may have. */
export const checkDeviceCount = async (tx: TransactionSql, userId: number, maxDevices: number): Promise<void> => {
  const [count] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM ap.devices WHERE user_id = ${userId}`
  if (count!.n >= maxDevices) {
    throw new ProblemError('MOT_AP_TOO_MANY_DEVICES', `An account may have ${maxDevices} devices`)
  }
}

/** The new device; null if its name is taken in the account. */
export const insertDevice = async (
  tx: TransactionSql, { userId, name, labels }: NewDevice, now: number
): Promise<DeviceRow | null> => {
  const [row] = await tx<Omit<DeviceRow, 'connected'>[]>`
    INSERT INTO ap.devices (user_id, name, labels, created_at)
    VALUES (${userId}, ${name}, ${tx.json(labels)}, ${new Date(now)})
    ON CONFLICT (user_id, name) DO NOTHING RETURNING *`
  return row === undefined ? null : { ...row, connected: false }
}

/** Gives a device a new key. */
export const insertDeviceKey = async (
  tx: TransactionSql, { id: deviceId, user_id: userId }: Pick<DeviceRow, 'id' | 'user_id'>, now: number
): Promise<NewKey> => {
  const key = newKey('device')
  await tx`
    INSERT INTO ap.keys (id, kind, user_id, device_id, scopes, secret_hash, created_at)
    VALUES (${key.id}, 'device', ${userId}, ${deviceId}, 'data:write', ${key.secretHash}, ${new Date(now)})`
  return key
}
