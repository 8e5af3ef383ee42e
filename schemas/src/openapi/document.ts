import type { TSchema } from '@sinclair/typebox'
import * as apRoutes from '../ap/routes.js'
import * as dsmRoutes from '../dsm/routes.js'
import * as smRoutes from '../sm/routes.js'
import { hoistComponents } from './components.js'

/** A route as its constant describes it. */
export interface DescribedRoute {
  method: string
  url: string
  schema: {
    operationId: string
    tags: readonly string[]
    summary: string
    security?: readonly unknown[]
    params?: TSchema
    querystring?: TSchema
    body?: TSchema
    response: Record<number | string, unknown>
  }
}

/** The services that have a REST interface of their own. */
export type RestService = 'ap' | 'sm' | 'dsm'

const about: Record<RestService, { title: string, description: string, port: number, routes: readonly DescribedRoute[] }> = {
  ap: {
    title: 'Motience AP, Authentication Platform',
    description: 'Signs people and devices in. Access tokens are EdDSA JWTs that every other service takes as a bearer token.',
    port: 3001,
    routes: Object.values(apRoutes)
  },
  sm: {
    title: 'Motience SM, Subscription Manager',
    description: 'Keeps who is subscribed to whom. When a revocation has been answered with 2xx, nothing that is accepted afterwards reaches the consumer.',
    port: 3002,
    routes: Object.values(smRoutes)
  },
  dsm: {
    title: 'Motience DSM, Data Stream Manager',
    description: 'Accepts data, decides who gets it, keeps it and publishes it. An answer of 200 means that the message is kept.',
    port: 3003,
    routes: Object.values(dsmRoutes)
  }
}

const tagDescriptions: Record<string, string> = {
  auth: 'Signing in and out, and what tokens say',
  users: 'Who is there, and what administrators do about them',
  subscriptions: 'What a consumer is subscribed to',
  subscribers: 'What a producer decides about its subscribers',
  data: 'Sending messages',
  history: 'Reading what was kept'
}

/** The routes of a service, each once. */
export const routesOf = (service: RestService): readonly DescribedRoute[] => about[service].routes

const jsonOf = (schema: unknown) => ({ 'application/json': { schema } })

const parametersOf = (where: 'path' | 'query', schema: TSchema | undefined) =>
  Object.entries((schema?.properties ?? {}) as Record<string, TSchema>).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: where === 'path' || ((schema?.required ?? []) as string[]).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property
  }))

const responseOf = (schema: unknown) => {
  if (typeof schema === 'object' && schema !== null && 'content' in schema) return schema
  const { type, description } = schema as TSchema
  return type === 'null' ? { description: description ?? 'Done' } : { description: description ?? 'Done', content: jsonOf(schema) }
}

const operationOf = ({ schema }: DescribedRoute) => ({
  operationId: schema.operationId,
  tags: schema.tags,
  summary: schema.summary,
  security: schema.security ?? [],
  parameters: [...parametersOf('path', schema.params), ...parametersOf('query', schema.querystring)],
  ...(schema.body === undefined ? {} : { requestBody: { required: true, content: jsonOf(schema.body) } }),
  responses: Object.fromEntries(Object.entries(schema.response).map(([status, answer]) => [status, responseOf(answer)]))
})

/** The OpenAPI 3.1 document of one service, made from its routes' constants: plain JSON. */
export const openApiDocument = (service: RestService): Record<string, unknown> => {
  const { title, description, port, routes } = about[service]
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const tags = [...new Set(routes.flatMap(route => route.schema.tags))].map(name => ({ name, description: tagDescriptions[name] }))
  return hoistComponents({
    openapi: '3.1.0',
    info: { title, description, version: '1.0.0', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: `http://127.0.0.1:${port}`, description: 'As it is started on a developer\'s machine' }],
    tags,
    paths,
    components: { securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } }
  })
}
