import type { KeyIdentity } from '@motience/schemas'
import type { Identity } from './authenticator.js'

/** What a key may do, as AP answered: its owner's role within the key's scopes; a device key only as its device. */
export const identityOfKey = ({ sid, user, key, expires_at: expiresAt }: KeyIdentity): Identity => ({
  userId: user.id,
  role: user.role,
  sid,
  username: user.username,
  deviceId: key.device_id ?? (key.kind === 'api' ? user.device_id : null),
  service: null,
  expiresAt: Date.parse(expiresAt),
  scopes: key.scopes,
  deviceOnly: key.kind === 'device'
})
