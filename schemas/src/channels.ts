/**
 * Names in the broker. Keys of one producer share the hash tag `{P}`, so that one script
 * can touch them in a Redis Cluster.
 */
export const CONTROL_CHANNEL = 'control'

/** Pub/Sub channel on which one consumer's messages are published. */
export const consumerChannel = (consumerId: number): string => `consumer_${consumerId}`

/** Pub/Sub channel on which a producer with many subscribers is published once: `<list version> <envelope>`. */
export const producerChannel = (producerId: number): string => `producer_${producerId}`

/** Stream with a producer's latest messages; entry ids are `<epoch>-<offset>`. */
export const logKey = (producerId: number): string => `log:{${producerId}}`

/**
 * Hash with a producer's epoch, offset, subscription version and the run of the server that it was verified on, up to
 * where its log is stored, and each session's last message.
 */
export const metaKey = (producerId: number): string => `meta:{${producerId}}`

/**
 * Sorted set with the remembered sessions of a producer's senders by last use, the oldest of which are forgotten first.
 */
export const sessionsKey = (producerId: number): string => `sessions:{${producerId}}`

/** How many control events were published so far: each is given the next number. */
export const CONTROL_COUNT_KEY = 'control:count:{control}'

/** Sorted set with the revocations in force, scored by the time at which they may be forgotten. */
export const REVOCATIONS_KEY = 'revocations:{control}'

/** The run of the server on which AP last wrote every revocation in force. */
export const REVOCATIONS_RUN_KEY = 'revocations:run:{control}'
