/**
 * Names in the broker. The keys of one producer share the hash tag `{P}`, so that one script can use them all in a
 * Redis Cluster.
 */
export const CONTROL_CHANNEL = 'control'

/** Pub/Sub channel on which one consumer's messages are published. */
export const consumerChannel = (consumerId: number): string => `consumer_${consumerId}`

/** Pub/Sub channel on which a producer with many subscribers is published once: `<list version> <envelope>`. */
export const producerChannel = (producerId: number): string => `producer_${producerId}`

/** Stream of a producer's latest messages; entry ids are `<epoch>-<offset>`. */
export const logKey = (producerId: number): string => `log:{${producerId}}`

/**
 * Hash with the state of a producer's log: epoch, offset, subscriber list version, the server run on which it was
 * verified, the stored position, and the last message of each device session.
 */
export const metaKey = (producerId: number): string => `meta:{${producerId}}`

/** Sorted set of a producer's device sessions by last use; the least recently used are evicted first. */
export const sessionsKey = (producerId: number): string => `sessions:{${producerId}}`

/** Counter of the control events published so far; each event gets the next number. */
export const CONTROL_COUNT_KEY = 'control:count:{control}'

/** Sorted set of the revocations in force, scored by their expiry. */
export const REVOCATIONS_KEY = 'revocations:{control}'

/** The server run on which AP last wrote all revocations in force. */
export const REVOCATIONS_RUN_KEY = 'revocations:run:{control}'
