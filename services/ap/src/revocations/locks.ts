import type { TransactionSql } from 'postgres'

/** First half of each advisory lock of this file: "AP", then what it guards. */
const IN_FORCE = 0x4150
const USER = 0x4151

/** Held together by everyone who adds to the broker's revocations, until the transaction ends. */
export const shareInForce = async (tx: TransactionSql): Promise<void> => {
  await tx`SELECT pg_advisory_xact_lock_shared(${IN_FORCE}::int, 0)`
}

/** Held alone by who replaces them all: what is added meanwhile would be overwritten. */
export const ownInForce = async (tx: TransactionSql): Promise<void> => {
  await tx`SELECT pg_advisory_xact_lock(${IN_FORCE}::int, 0)`
}

/** Announcements of one user follow each other: a late `disabled` may not overtake an `enabled`. */
export const ownUser = async (tx: TransactionSql, userId: number): Promise<void> => {
  await tx`SELECT pg_advisory_xact_lock(${USER}::int, ${userId}::int)`
}
