/** One entry of the catalogue: what a `code` means, and what whoever sees it should do. */
export interface ProblemKind {
  /** HTTP status of the answer; for a WebSocket frame, of the refusal it stands for. */
  status: number
  /** The same words for every occurrence. */
  title: string
  /** What the client should do. */
  action: string
}

/** Checks the entries' shape and keeps the codes as literal types. */
export const catalogue = <const T extends Record<`MOT_${string}`, ProblemKind>>(entries: T): T => entries
