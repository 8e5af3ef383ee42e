import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { paths as ApPaths } from './generated/ap.js'
import type { paths as DsmPaths } from './generated/dsm.js'
import type { paths as SmPaths } from './generated/sm.js'

export type ApClient = Client<ApPaths>
export type SmClient = Client<SmPaths>
export type DsmClient = Client<DsmPaths>

/** Typed REST client of AP, made from its OpenAPI document. */
export const createApClient = (options: ClientOptions): ApClient => createClient<ApPaths>(options)

/** Typed REST client of SM, made from its OpenAPI document. */
export const createSmClient = (options: ClientOptions): SmClient => createClient<SmPaths>(options)

/** Typed REST client of DSM, made from its OpenAPI document. */
export const createDsmClient = (options: ClientOptions): DsmClient => createClient<DsmPaths>(options)
