import fastifyStatic from '@fastify/static'
import type { ClientAddresses } from '@motience/kit'
import type { FastifyPluginAsync } from 'fastify'
import { proxyApi } from './api-proxy.js'
import { contentSecurityPolicy, type PageConfig, type PageName } from './config.js'
import { pageFolder } from './folder.js'

/** Where the services behind a page are, as the other services reach them. */
export interface PageUpstreams { ap: string, sm: string, dsm: string }

export interface RegisterPagesOptions {
  page: PageName
  config: PageConfig
  upstreams: PageUpstreams
  clientAddresses: ClientAddresses
  /** Milliseconds from the beginning of a stop for which calls may go on; 7 s by default. */
  drainMs?: number
  /** Folder of the built page; found by itself if not given, null for a page that is not built. */
  folder?: string | null
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Motience</title>
<h1>The pages are not built</h1><p>Run <code>npm run build</code> and start the platform again.</p></html>`

type ServePageOptions = Required<Pick<RegisterPagesOptions, 'config' | 'folder'>>

/** The page's files and `GET /config.json`, with a strict content security policy. */
const servePage: FastifyPluginAsync<ServePageOptions> = async (app, { config, folder }) => {
  const policy = contentSecurityPolicy(config)
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', policy)
    reply.header('referrer-policy', 'no-referrer')
  })

  app.get('/config.json', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return config
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

/**
 * Serves one page, and below `/ap`, `/sm` and `/dsm` the REST calls that it makes. The routes that the service has
 * beside them stay as they are.
 */
export const registerPages: FastifyPluginAsync<RegisterPagesOptions> = async (app, options) => {
  const { page, config, upstreams, clientAddresses, drainMs, folder = pageFolder(page) } = options
  await app.register(servePage, { config, folder })
  for (const [name, upstream] of Object.entries(upstreams)) {
    await app.register(proxyApi, { upstream, path: `/${name}`, clientAddresses, drainMs })
  }
}
