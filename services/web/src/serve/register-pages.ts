import fastifyStatic from '@fastify/static'
import type { ClientAddresses } from '@motience/kit'
import type { FastifyPluginAsync } from 'fastify'
import { proxyApi } from './api-proxy.js'
import { contentSecurityPolicy, type PageConfig, type PageName } from './page-config.js'
import { pageFolder } from './page-folder.js'

/** URLs at which the other services reach the services behind a page. */
export interface PageUpstreams { ap: string, sm: string, dsm: string }

export interface RegisterPagesOptions {
  page: PageName
  config: PageConfig
  upstreams: PageUpstreams
  clientAddresses: ClientAddresses
  /** Maximum time that calls may take from the start of a shutdown, in milliseconds; 7 s by default. */
  drainMs?: number
  /** Folder of the built page, by default `pageFolder(page)`; null if it is not built. */
  folder?: string | null
}

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Motience</title>
<h1>The pages are not built</h1><p>Run <code>npm run build</code> and restart the platform.</p></html>`

type ServePageOptions = Required<Pick<RegisterPagesOptions, 'config' | 'folder'>>

/** Serves the page's files and `GET /config.json`, with a strict content security policy. */
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

/** Serves a page and, under `/ap`, `/sm` and `/dsm`, the REST APIs it calls. Other routes are not affected. */
export const registerPages: FastifyPluginAsync<RegisterPagesOptions> = async (app, options) => {
  const { page, config, upstreams, clientAddresses, drainMs, folder = pageFolder(page) } = options
  await app.register(servePage, { config, folder })
  for (const [name, upstream] of Object.entries(upstreams)) {
    await app.register(proxyApi, { upstream, path: `/${name}`, clientAddresses, drainMs })
  }
}
