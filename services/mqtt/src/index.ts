export { buildMqtt, type Mqtt, type MqttLimits, type MqttOptions } from './app.js'
export { MqttEnvSchema, type MqttEnv } from './env.js'
export { startMqtt, type RunningMqtt, type Shared } from './server.js'
