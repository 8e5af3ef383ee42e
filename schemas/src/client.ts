import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { paths as ApPaths } from './generated/ap.js'
import type { paths as DsmPaths } from './generated/dsm.js'
import type { paths as SmPaths } from './generated/sm.js'

/** The media types that the clients parse; DSM's streamed formats are read with `fetch`. */
type Json = `${string}/${'' | 'problem+'}json`

export type ApClient = Client<ApPaths, Json>
export type SmClient = Client<SmPaths, Json>
export type DsmClient = Client<DsmPaths, Json>

/** Typed REST client of AP, generated from its OpenAPI document. */
export const createApClient = (options: ClientOptions): ApClient => createClient<ApPaths, Json>(options)

/** Typed REST client of SM, generated from its OpenAPI document. */
export const createSmClient = (options: ClientOptions): SmClient => createClient<SmPaths, Json>(options)

/** Typed REST client of DSM, generated from its OpenAPI document. */
export const createDsmClient = (options: ClientOptions): DsmClient => createClient<DsmPaths, Json>(options)
