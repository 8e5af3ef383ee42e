import { apRoutes, dsmRoutes, smRoutes, type DescribedRoute } from '@motience/schemas'
import type { ServiceId } from '../service-app.js'

/** The services that have a REST interface of their own. */
export type RestService = 'ap' | 'sm' | 'dsm'

/** What a service's OpenAPI document says besides its operations. */
export interface About {
  title: string
  description: string
  /** Where it is served on a developer's machine. */
  port: number
  /** What its tags mean. */
  tags: Record<string, string>
  routes: readonly DescribedRoute[]
}

export const about: Record<RestService, About> = {
  ap: {
    title: 'Motience AP, Authentication Platform',
    description: 'Signs people and devices in. Access tokens are EdDSA JWTs that every other service takes as a ' +
      'bearer token.',
    port: 3001,
    tags: {
      auth: 'Signing in and out, and what tokens say',
      users: 'Who is there, and what administrators do about them'
    },
    routes: Object.values(apRoutes)
  },
  sm: {
    title: 'Motience SM, Subscription Manager',
    description: 'Keeps who is subscribed to whom. When a revocation has been answered with 2xx, nothing that is ' +
      'accepted afterwards reaches the consumer.',
    port: 3002,
    tags: {
      subscriptions: 'What a consumer is subscribed to',
      subscribers: 'What a producer decides about its subscribers'
    },
    routes: Object.values(smRoutes)
  },
  dsm: {
    title: 'Motience DSM, Data Stream Manager',
    description: 'Accepts data, decides who gets it, keeps it and publishes it. An answer of 200 means that the ' +
      'message is kept.',
    port: 3003,
    tags: {
      data: 'Sending messages',
      history: 'Reading what was kept'
    },
    routes: Object.values(dsmRoutes)
  }
}

export const isRestService = (name: ServiceId): name is RestService => Object.hasOwn(about, name)
