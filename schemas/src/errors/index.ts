import { apProblems } from './ap.js'
import type { ProblemKind } from './catalogue.js'
import { commonProblems } from './common.js'
import { dsmProblems } from './dsm.js'
import { smProblems } from './sm.js'
import { wss1Problems } from './wss1.js'
import { wss2Problems } from './wss2.js'

/** Every problem of the platform by its `code`; `docs/errors.md` is generated from it. */
export const problemKinds = {
  ...commonProblems, ...apProblems, ...smProblems, ...dsmProblems, ...wss1Problems, ...wss2Problems
}

/** A `code` in the catalogue. */
export type ProblemCode = keyof typeof problemKinds

/** The catalogue entry of a code. */
export const problemKind = (code: ProblemCode): ProblemKind => problemKinds[code]

/** The problem `type` of a code (RFC 9457): its entry in the documentation. */
export const problemType = (code: ProblemCode): string => `/docs/errors.md#${code.toLowerCase()}`

export type { ProblemKind }
