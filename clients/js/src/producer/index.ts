export type { LinkFault, LinkState } from './link.js'
export { createProducer, type Acked, type Producer, type ProducerEvents, type ProducerOptions, type ProducerSettings, type ProducerStatus, type SendOptions } from './producer.js'
