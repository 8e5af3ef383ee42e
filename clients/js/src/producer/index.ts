export type { ConnectionFault, ConnectionState } from './connection.js'
export type { ProducerCredentials } from './credentials.js'
export { createProducer } from './producer.js'
export type {
  Acked, MutableProducerBaseOptions, MutableProducerOptions, Producer, ProducerBaseOptions, ProducerEvents,
  ProducerOptions, ProducerStatus, SendOptions
} from './types.js'
