export { buildWss1, type Wss1, type Wss1Limits, type Wss1Options } from './app.js'
export { Wss1EnvSchema, type Wss1Env } from './env.js'
export { startWss1, type RunningWss1, type Shared } from './server.js'
