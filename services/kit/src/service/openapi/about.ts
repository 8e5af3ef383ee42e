import { apRoutes, dsmRoutes, smRoutes, type DescribedRoute } from '@motience/schemas'
import type { ServiceId } from '../service-app.js'

/** The services with a REST interface. */
export type RestService = 'ap' | 'sm' | 'dsm'

/** The part of a service's OpenAPI document that does not come from its routes. */
export interface About {
  title: string
  description: string
  /** Port on a developer's machine. */
  port: number
  /** Descriptions of its tags. */
  tags: Record<string, string>
  routes: readonly DescribedRoute[]
}

export const about: Record<RestService, About> = {
  ap: {
    title: 'Motience AP, Authentication Platform',
    description: 'Signs in people and devices. Access tokens are EdDSA JWTs that every other service accepts as ' +
      'bearer tokens.',
    port: 3001,
    tags: {
      auth: 'Sign-in, sign-out and tokens',
      users: 'The directory of users, and their administration',
      devices: "A producer's devices, their keys, and codes to claim one",
      keys: 'Keys for programs',
      services: 'What the other services ask with a token of their own'
    },
    routes: Object.values(apRoutes)
  },
  sm: {
    title: 'Motience SM, Subscription Manager',
    description: 'Manages subscriptions. Once a revocation was answered with 2xx, no message that is ' +
      'accepted afterwards reaches the consumer.',
    port: 3002,
    tags: {
      subscriptions: 'Subscriptions of a consumer',
      subscribers: 'Subscribers of a producer'
    },
    routes: Object.values(smRoutes)
  },
  dsm: {
    title: 'Motience DSM, Data Stream Manager',
    description: 'Accepts messages, stores them and publishes them to subscribers. 200 means that the ' +
      'message is stored.',
    port: 3003,
    tags: {
      data: 'Sending messages',
      doors: 'Sending in the formats of other systems: Influx line protocol, OTLP/HTTP and SenML',
      history: 'Stored messages'
    },
    routes: Object.values(dsmRoutes)
  }
}

export const isRestService = (name: ServiceId): name is RestService => Object.hasOwn(about, name)
