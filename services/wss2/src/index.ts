export { buildWss2, type Wss2, type Wss2Limits, type Wss2Options } from './app.js'
export { Wss2EnvSchema, type Wss2Env } from './env.js'
export { createGrantReader, type Grant, type GrantReader } from './grants/grant-reader.js'
export { startWss2, type RunningWss2, type Shared } from './server.js'
