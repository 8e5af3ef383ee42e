export {
  MIN_CAP_BYTES, openBuffer, type BufferOptions, type BufferStats, type ReadingBuffer
} from './buffer.js'
