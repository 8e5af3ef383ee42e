/**
 * Creates a `setImmediate` that concurrent callers share: all callers of one event loop iteration resume together, so
 * that what they write to one connection leaves in one packet.
 */
export const createSharedImmediate = (): () => Promise<void> => {
  let pending: Promise<void> | null = null
  return () => {
    pending ??= new Promise(resolve => {
      setImmediate(() => {
        pending = null
        resolve()
      })
    })
    return pending
  }
}
