import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { paths as ApPaths } from './generated/ap.js'
import type { paths as DsmPaths } from './generated/dsm.js'
import type { paths as SmPaths } from './generated/sm.js'

/** What the clients read; what DSM streams in other types is read with `fetch`. */
type Json = `${string}/${'' | 'problem+'}json`

export type ApClient = Client<ApPaths, Json>
export type SmClient = Client<SmPaths, Json>
export type DsmClient = Client<DsmPaths, Json>

/** Typed REST client of AP, made from its OpenAPI document. */
export const createApClient = (options: ClientOptions): ApClient => createClient<ApPaths, Json>(options)

/** Typed REST client of SM, made from its OpenAPI document. */
export const createSmClient = (options: ClientOptions): SmClient => createClient<SmPaths, Json>(options)

/** Typed REST client of DSM, made from its OpenAPI document. */
export const createDsmClient = (options: ClientOptions): DsmClient => createClient<DsmPaths, Json>(options)
