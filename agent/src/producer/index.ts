export { openBuffer, MIN_CAP_BYTES, type BufferOptions, type BufferStats, type ReadingBuffer } from '../buffer/buffer.js'
export { monotonicMs, readBootId } from '../time/mono.js'
export type { LinkFault, LinkState } from './link.js'
export { createProducer, type Acked, type Producer, type ProducerEvents, type ProducerOptions, type ProducerSettings, type ProducerStatus, type SendOptions } from './producer.js'
