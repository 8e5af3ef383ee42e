export { Wss1EnvSchema, type Wss1Env } from '@motience/schemas'
