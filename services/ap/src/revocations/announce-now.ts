import type { ApRouteDependencies } from '../dependencies.js'

/**
 * Announces before a call is answered. Rejects with MOT_UNAVAILABLE where that can't be done; it is done later then.
 */
export const announceNow = async (
  { announcer, metrics }: Pick<ApRouteDependencies, 'announcer' | 'metrics'>,
  userId: number
): Promise<void> => {
  try {
    await announcer.announce(userId)
    metrics.announced('told')
  } catch (error) {
    metrics.announced('later')
    throw error
  }
}
