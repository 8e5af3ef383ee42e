import { createRequire } from 'node:module'
import { fastifySwagger } from '@fastify/swagger'
import { fastify, type FastifyInstance } from 'fastify'
import { about, type RestService } from './about.js'
import { openapiHooks } from './transform.js'

const { version } = createRequire(import.meta.url)('@motience/schemas/package.json') as { version: string }

/** Registers `@fastify/swagger`, which creates the OpenAPI 3.1 document of the routes that are added after it. */
export const registerSwagger = async (
  app: FastifyInstance, name: RestService, server: { url: string, description?: string }
): Promise<void> => {
  const { title, description, tags } = about[name]
  await app.register(fastifySwagger, {
    // Routes have no base path, and the plugin can't read relative servers.
    stripBasePath: false,
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [server],
      tags: Object.entries(tags).map(([tag, meaning]) => ({ name: tag, description: meaning })),
      components: { securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } }
    },
    ...openapiHooks()
  })
}

/** The OpenAPI document of a service's routes as committed, made without the service. */
export const openapiDocument = async (name: RestService): Promise<Record<string, unknown>> => {
  const { port, routes } = about[name]
  const app = fastify()
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  const description = 'On a developer\'s machine'
  await registerSwagger(app, name, { url: `http://127.0.0.1:${port}`, description })
  for (const { method, url, schema } of routes) app.route({ method, url, schema, handler: async () => {} })
  await app.ready()
  const document = JSON.parse(JSON.stringify(app.swagger())) as Record<string, unknown>
  await app.close()
  return document
}
