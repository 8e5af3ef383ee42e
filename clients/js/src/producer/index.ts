export type { ConnectionFault, ConnectionState } from './connection.js'
export {
  createProducer, type Acked, type Producer, type ProducerEvents, type ProducerOptions, type MutableProducerOptions,
  type ProducerStatus, type SendOptions
} from './producer.js'
