/** Assertions of one run. */
export interface Counts { passed: number, failed: number, skipped: number }

export function readCounts (output: string, code: number | null): Counts
export function addCounts (...counts: (Omit<Counts, 'skipped'> & Partial<Counts>)[]): Counts
export function readFailures (output: string): string[]
