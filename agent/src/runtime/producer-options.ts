import type { MutableProducerOptions } from '@motience/client/producer'
import type { Config } from '../config/config.js'

/** What the producer needs of a configuration. A device key names its device itself, whatever it is called by then. */
export const producerOptions = (
  { deviceKey, deviceId, authUrl, username, password, websocketUrl, drainRate, compression }: Config
): MutableProducerOptions => ({
  websocketUrl,
  drainRate,
  compression,
  ...deviceKey === null ? { authUrl, username, password, deviceId } : { key: deviceKey }
})
