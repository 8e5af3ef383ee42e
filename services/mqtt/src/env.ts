export { MqttEnvSchema, type MqttEnv } from '@motience/schemas'
