import { fastifySwaggerUi } from '@fastify/swagger-ui'
import { alwaysAnswered } from '../operations.js'
import type { ServiceApp } from '../service-app.js'
import type { RestService } from './about.js'
import { registerSwagger } from './document.js'

/**
 * Serves the OpenAPI 3.1 document of the routes that are added after it, at `/openapi.json`, and Swagger UI at
 * `/api-docs`, all from this service. The document's server is where it was asked for.
 */
export const serveOpenapi = async (app: ServiceApp, name: RestService): Promise<void> => {
  await registerSwagger(app, name, { url: '/' })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api-docs',
    uiConfig: { validatorUrl: null },
    // Swagger UI sets styles in its markup; scripts stay bound to this service
    transformStaticCSP: policy => policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  })
  app.get('/openapi.json', { config: alwaysAnswered, schema: { hide: true } }, async () => app.swagger())
}
