/** Resolves with the condition's value as soon as it holds; rejects after `timeoutMs`, naming what was waited for. */
export const waitFor = async <T>(condition: () => T | Promise<T>, { timeoutMs = 10_000, what = String(condition) }: { timeoutMs?: number, what?: string } = {}): Promise<NonNullable<T>> => {
  const end = performance.now() + timeoutMs
  for (;;) {
    const value = await condition()
    if (value !== null && value !== undefined && (value as unknown) !== false) return value
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
