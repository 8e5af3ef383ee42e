/**
 * Makes a wait for the end of the event loop's turn that everyone shares: whoever waits in one turn goes on together,
 * so that what they write to one connection leaves as one.
 */
export const createTurn = (): () => Promise<void> => {
  let end: Promise<void> | null = null
  return () => {
    end ??= new Promise(resolve => {
      setImmediate(() => {
        end = null
        resolve()
      })
    })
    return end
  }
}
