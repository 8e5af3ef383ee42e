import { fastifyWebsocket } from '@fastify/websocket'
import { ProblemError, type ServiceApp } from '@motience/kit'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket } from 'ws'

/** The subprotocol of MQTT over WebSocket (MQTT 5, section 6). */
const SUBPROTOCOL = 'mqtt'

/** Maximum size of a WebSocket message, in bytes; it may hold several packets. */
const MAX_FRAME = 1_048_576

const offersMqtt = (header: string | undefined): boolean =>
  (header ?? '').split(',').some(name => name.trim() === SUBPROTOCOL)

/** Serves MQTT over WebSocket at `/mqtt`: `accept` gets the stream of each connection. */
export const registerWebSocketRoute = async (
  app: ServiceApp,
  { maxPacket, accept }: { maxPacket: number, accept: (stream: Duplex) => void }
): Promise<void> => {
  await app.register(fastifyWebsocket, {
    options: {
      clientTracking: false,
      maxPayload: Math.max(MAX_FRAME, maxPacket),
      perMessageDeflate: false,
      handleProtocols: offered => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false
    },
    // the connections are drained and closed before
    preClose: done => { done() }
  })
  app.get('/mqtt', {
    websocket: true,
    preHandler: async request => {
      if (!request.ws) throw new ProblemError('MOT_NOT_FOUND', 'MQTT over WebSocket is served at /mqtt')
      if (app.draining) throw new ProblemError('MOT_UNAVAILABLE', 'The service is stopping', { retryAfterSecs: 2 })
      if (!offersMqtt(request.headers['sec-websocket-protocol'])) {
        throw new ProblemError('MOT_BAD_INPUT', `The subprotocol ${SUBPROTOCOL} has to be offered`)
      }
    }
  }, (ws: WebSocket) => {
    // MQTT 5, section 6: only binary messages
    ws.on('message', (_data, isBinary) => { if (!isBinary) ws.close(1003, 'Only binary messages') })
    accept(createWebSocketStream(ws))
  })
}
