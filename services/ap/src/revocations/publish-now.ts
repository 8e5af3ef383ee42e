import type { ApRouteDependencies } from '../dependencies.js'

/** Publishes before a call is answered. Rejects with MOT_UNAVAILABLE if that fails; the outbox retries it then. */
export const publishNow = async (
  { revocationPublisher, metrics }: Pick<ApRouteDependencies, 'revocationPublisher' | 'metrics'>,
  userId: number
): Promise<void> => {
  try {
    await revocationPublisher.publish(userId)
    metrics.announced('told')
  } catch (error) {
    metrics.announced('later')
    throw error
  }
}
