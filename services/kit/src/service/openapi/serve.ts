import { fastifySwaggerUi } from '@fastify/swagger-ui'
import { alwaysAnswered } from '../operations.js'
import type { ServiceApp } from '../service-app.js'
import type { RestService } from './about.js'
import { registerSwagger } from './document.js'

/**
 * Serves the OpenAPI 3.1 document of the routes that are added after it, at `/openapi.json`, and Swagger UI at
 * `/api-docs`, all from this service.
 *
 * The document's server is relative to the document's own URL (OpenAPI 3.1, 4.8.5), so that it is right behind a proxy
 * that serves everything below a prefix, too. Swagger UI reads its copy one level deeper, at `/api-docs/json`.
 */
export const serveOpenapi = async (app: ServiceApp, name: RestService): Promise<void> => {
  await registerSwagger(app, name, { url: './' })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api-docs',
    uiConfig: { validatorUrl: null },
    transformSpecificationClone: false,
    transformSpecification: document => ({ ...document, servers: [{ url: '../' }] }),
    // Swagger UI sets styles in its markup; scripts are only loaded from this service.
    transformStaticCSP: policy => policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  })
  app.get('/openapi.json', { config: alwaysAnswered, schema: { hide: true } }, async () => app.swagger())
}
