import { unavailable } from './outcome.js'

/**
 * Resolves or rejects as `work` does, but rejects with MOT_UNAVAILABLE once `deadline` (of `performance.now()`) has
 * passed. The work itself continues.
 */
export const within = async <T>(work: Promise<T>, deadline: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(unavailable('The request timed out, send it again'))
      },
      Math.max(0, deadline - performance.now())
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
