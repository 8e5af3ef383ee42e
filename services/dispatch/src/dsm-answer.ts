import type { Accepted, Problem } from '@motience/schemas'

/** DSM's answer to one message: where it was accepted, or why it was refused. */
export type DsmAnswer = Accepted | { error: Problem }

/** Whether DSM refused the message. */
export const isRefusal = (answer: DsmAnswer): answer is { error: Problem } => 'error' in answer

/** Whether the same request may succeed later, judging by the status of a problem. */
export const isTransient = ({ status }: Pick<Problem, 'status'>): boolean => status === 429 || status === 503
