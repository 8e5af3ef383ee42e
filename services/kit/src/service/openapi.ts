import { fastifySwagger } from '@fastify/swagger'
import { fastifySwaggerUi } from '@fastify/swagger-ui'
import { openApiDocument, type RestService } from '@motience/schemas'
import { alwaysAnswered } from './operations.js'
import type { ServiceApp, ServiceId } from './service-app.js'

/** Replaces what a service's OpenAPI document says of it. */
export interface OpenapiInfo { title?: string, description?: string, version?: string }

const hasInterface = (name: ServiceId): name is RestService => name === 'ap' || name === 'sm' || name === 'dsm'

/**
 * Serves the OpenAPI 3.1 document that the schemas make, at `/openapi.json`, and Swagger UI at `/api-docs`, all from
 * this service. The document's server is where it was asked for. Does nothing for a service without a REST interface.
 */
export const addOpenapi = async (app: ServiceApp, name: ServiceId, info: OpenapiInfo): Promise<void> => {
  if (!hasInterface(name)) return
  const made = openApiDocument(name) as { info: object }
  const document = { ...made, info: { ...made.info, ...info }, servers: [{ url: '/' }] }
  await app.register(fastifySwagger, { mode: 'static', specification: { document: document as never } })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api-docs',
    uiConfig: { validatorUrl: null },
    // Swagger UI sets styles in its markup; scripts stay bound to this service
    transformStaticCSP: policy => policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  })
  app.route({ method: 'GET', url: '/openapi.json', config: alwaysAnswered, schema: { hide: true }, handler: async () => document })
}
