/**
 * Resolves if the service at `url` responds to `/health`, and rejects otherwise; its dependencies are a matter of its
 * own `/ready`.
 */
export const pingService = async (name: string, url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_500) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`${name} returned ${answer.status}`)
}
