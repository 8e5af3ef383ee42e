import type { Readable } from 'node:stream'
import { requireScope, type Database, type ServiceApp } from '@motience/kit'
import { dsmRoutes } from '@motience/schemas'
import type { OpenAccess } from '../history/access.js'
import { chooseFormat } from '../history/stream-formats.js'
import { readPage } from '../history/read-page.js'
import { readSeries } from '../history/read-series.js'
import { openStream } from '../history/open-stream.js'
import type { DsmMetrics } from '../metrics.js'
import { JSON_TYPE, sendReady } from './send-ready.js'

/** Collaborators of the routes. */
export interface HistoryRoutesDependencies {
  database: Database
  openAccess: OpenAccess
  metrics: DsmMetrics
}

/**
 * `GET /api/data/:producerId`, as pages or as a stream, and `GET /api/data/:producerId/series`. A stream has `complete`
 * in the header `motience-complete`, and in `motience-up-to` the position (`<epoch>-<offset>`) at which it ends, from
 * which `after` continues.
 */
export const addHistoryRoutes = (
  app: ServiceApp,
  { database, openAccess, metrics }: HistoryRoutesDependencies
): void => {
  const streams = new Set<Readable>()
  // A stream lasts as long as its client reads: shutdown destroys it, and the client resumes elsewhere with `after`.
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.destroy()
  })

  app.route({
    ...dsmRoutes.historyRoute,
    onRequest: requireScope('data:read'),
    handler: async (request, reply) => {
      const {
        params: { producerId },
        query
      } = request
      const access = await openAccess(request.identity, producerId)
      const format = chooseFormat(request.headers.accept)
      reply.header('vary', 'accept')
      if (format === null) {
        const page = await readPage(database, producerId, query, access)
        metrics.historyMessages.inc(page.messages)
        sendReady(reply, JSON_TYPE, page.text)
        return reply
      }
      const { body, complete } = await openStream(database, producerId, query, access, format, metrics)
      streams.add(body)
      body.once('close', () => {
        streams.delete(body)
      })
      reply.headers({
        'motience-complete': String(complete),
        'motience-up-to': `${access.upTo.epoch}-${access.upTo.offset}`
      })
      sendReady(reply, format.contentType, body)
      return reply
    }
  })

  app.route({
    ...dsmRoutes.seriesRoute,
    onRequest: requireScope('data:read'),
    handler: async request => {
      const {
        params: { producerId },
        query
      } = request
      return await readSeries(database, producerId, query, await openAccess(request.identity, producerId), {
        onMessages: count => {
          metrics.historyMessages.inc(count)
        },
        isAwaited: () => !request.socket.destroyed
      })
    }
  })
}
