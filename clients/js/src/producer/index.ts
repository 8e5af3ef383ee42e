export type { ConnectionFault, ConnectionState } from './connection.js'
export { createProducer } from './producer.js'
export type {
  Acked, MutableProducerOptions, Producer, ProducerEvents, ProducerOptions, ProducerStatus, SendOptions
} from './types.js'
