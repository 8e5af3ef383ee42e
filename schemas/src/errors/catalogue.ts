/** One entry of the catalogue: what a `code` means, and how a client should react. */
export interface ProblemKind {
  /** HTTP status of the response; for an error frame, of the equivalent response. */
  status: number
  /** Summary of the kind of problem, the same for every occurrence. */
  title: string
  /** What the client should do. */
  action: string
}

/** Checks the shape of the entries and keeps their codes as literal types. */
export const catalogue = <const T extends Record<`MOT_${string}`, ProblemKind>>(entries: T): T => entries
