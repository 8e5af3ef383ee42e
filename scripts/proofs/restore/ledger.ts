/** A message as any way of reading tells it. */
export interface SeenMessage { producer_id: number, epoch: number, offset: number, payload: { number?: number } }

/** What one form of backup and restore came to. All but the last three must be nought. */
export interface RestoreSums {
  'places that name two messages': number
  'acked after the restore and not kept': number
  'lost though a part still had it': number
  'missing and not announced': number
  'seen by the revoked': number
  'seen of before the grant': number
  'acked before and lost with the backup': number
  'acked after the backup and kept all the same': number
  'ms until accepted again': number
}

/** Which message each place names, by all that anybody was told: acks, sockets and histories, before and after. */
export const createPlaces = () => {
  const numbers = new Map<string, number>()
  const clashes: string[] = []
  return {
    note (producerId: number, epoch: number, offset: number, number: number): void {
      const place = `${producerId}:${epoch}-${offset}`
      const known = numbers.get(place)
      if (known === undefined) numbers.set(place, number)
      else if (known !== number) clashes.push(`${place} names ${known} and ${number}`)
    },
    get clashes (): readonly string[] { return clashes }
  }
}

export type Places = ReturnType<typeof createPlaces>

const informative = new Set<string>([
  'acked before and lost with the backup', 'acked after the backup and kept all the same', 'ms until accepted again'
] satisfies (keyof RestoreSums)[])

/** Producers have to be accepted within so long. */
const ACCEPTED_MS = 10_000

/** Whether everything that must be nought is, and producers were accepted again in time. */
export const isClean = (sums: RestoreSums): boolean =>
  Object.entries(sums).every(([name, value]) => informative.has(name) || value === 0) &&
  sums['ms until accepted again'] < ACCEPTED_MS
