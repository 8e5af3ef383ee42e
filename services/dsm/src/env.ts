export { DsmEnvSchema, type DsmEnv } from '@motience/schemas'
