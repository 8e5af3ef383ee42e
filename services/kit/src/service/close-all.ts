/** Closes everything in order, also after an error. Rejects with the first error. */
export const closeAll = async (parts: Iterable<{ close (): unknown }>): Promise<void> => {
  const errors: unknown[] = []
  for (const part of parts) {
    try {
      await part.close()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
