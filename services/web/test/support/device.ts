import { once } from 'node:events'
import type { Tokens } from '@motience/schemas'
import { WebSocket } from 'ws'
import type { TestPlatform } from './platform.js'

/** Connects a device to WSS1 with a producer's token; resolves after the welcome. */
export const connectDevice = async (platform: TestPlatform, producer: Tokens): Promise<WebSocket> => {
  const socket = new WebSocket(platform.producerUrl, ['motience.v1', `token.${producer.access_token}`])
  await once(socket, 'message')
  return socket
}
