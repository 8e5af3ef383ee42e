import type { ServiceApp } from './service-app.js'

/** Minimum time for requests if another service of the process used up the drain time, in milliseconds. */
const MIN_LEFT_MS = 1_000

/** Remaining part of `drainMs` since the service began to drain, in milliseconds. */
export const drainLeftMs = ({ drainingSince }: Pick<ServiceApp, 'drainingSince'>, drainMs: number): number => {
  const leftMs = drainMs - (drainingSince === null ? 0 : performance.now() - drainingSince)
  return Math.max(leftMs, Math.min(MIN_LEFT_MS, drainMs))
}

/**
 * Lets requests in flight finish when a service closes, and closes their connections `drainMs` after it began to drain.
 * A connection is closed with its response, since nothing else would end a keep-alive connection.
 */
export const drainRequests = (app: ServiceApp, drainMs: number): void => {
  let timer: NodeJS.Timeout | undefined
  app.decorate('draining', false)
  app.decorate('drainingSince', null)
  app.decorate('startDraining', () => {
    app.draining = true
    app.drainingSince ??= performance.now()
  })
  app.addHook('onSend', async (_request, reply) => {
    if (app.draining) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async () => {
    // A response whose headers were sent before, such as a stream: its connection is idle from the next iteration on.
    if (app.draining) setImmediate(() => { app.server.closeIdleConnections() })
  })
  app.addHook('preClose', async () => {
    app.startDraining()
    timer = setTimeout(() => { app.server.closeAllConnections() }, drainLeftMs(app, drainMs))
  })
  app.addHook('onClose', async () => { clearTimeout(timer) })
}
