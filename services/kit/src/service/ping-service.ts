/**
 * Resolves if the process at `url` answers `/health`; whether what it needs does is for its own `/ready`. Rejects else.
 */
export const pingService = async (name: string, url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_500) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`${name} answered ${answer.status}`)
}
