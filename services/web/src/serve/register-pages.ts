import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { configFor, contentSecurityPolicy, type PageConfig, type PageName } from './config.js'
import { pageFolder } from './folder.js'

export interface RegisterPagesOptions {
  page: PageName
  config: PageConfig
  /** Folder of the built page; found by itself if not given, null for a page that is not built. */
  folder?: string | null
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Motience</title>
<h1>The pages are not built</h1><p>Run <code>npm run build</code> and start the platform again.</p></html>`

const seenBy = (config: PageConfig, request: FastifyRequest): PageConfig => configFor(config, request.hostname)

/**
 * Serves one page with `GET /config.json` beside it. Sets a strict content security policy on its own routes only;
 * the routes that the service has beside it stay as they are.
 */
export const registerPages: FastifyPluginAsync<RegisterPagesOptions> = async (app, { page, config, folder = pageFolder(page) }) => {
  app.addHook('onSend', async (request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy(seenBy(config, request)))
    reply.header('referrer-policy', 'no-referrer')
  })

  app.get('/config.json', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return seenBy(config, request)
  })

  if (folder === null) {
    app.get('/', async (_request, reply) => {
      reply.code(503).header('retry-after', '60').type('text/html; charset=utf-8')
      return NOT_BUILT
    })
    return
  }

  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    preCompressed: true,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.setHeader('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
  })
}
