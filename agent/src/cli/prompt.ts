import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** Thrown if the input ends before a question is answered. */
export class InputEndedError extends Error {}

/** Asks questions on a terminal, or reads the answers from a pipe, one per line. */
export interface Prompt {
  /** Resolves with the answer; with `hidden` it is not shown. Rejects with `InputEndedError`. */
  ask (question: string, options?: { hidden?: boolean }): Promise<string>
  close (): void
}

/** Keeps lines that arrive before their question: a pipe delivers them all at once. */
export const createPrompt = (input: Readable, output: Writable & { isTTY?: boolean }): Prompt => {
  const terminal = createInterface({ input, output })
  const lines: string[] = []
  let ended = false
  /** The question that waits for a line. */
  let waiting: { resolve: (line: string) => void, reject: (error: Error) => void } | null = null
  const answer = () => {
    if (waiting === null || (lines.length === 0 && !ended)) return
    const { resolve, reject } = waiting
    waiting = null
    if (lines.length > 0) resolve(lines.shift()!)
    else reject(new InputEndedError('The input ended before every question was answered'))
  }
  terminal.on('line', line => {
    lines.push(line)
    answer()
  })
  terminal.on('close', () => {
    ended = true
    answer()
  })
  const nextLine = () => new Promise<string>((resolve, reject) => {
    waiting = { resolve, reject }
    answer()
  })

  const askHidden = async (question: string): Promise<string> => {
    // Readline echoes through the output's `write`: muting that hides what is typed.
    const write = output.write.bind(output)
    write(question)
    output.write = (() => true) as typeof output.write
    try {
      return await nextLine()
    } finally {
      output.write = write
      write('\n')
    }
  }

  return {
    ask: async (question, { hidden = false } = {}) => {
      if (hidden && output.isTTY === true) return await askHidden(question)
      terminal.setPrompt(question)
      if (!ended) terminal.prompt()
      return await nextLine()
    },
    close: () => { terminal.close() }
  }
}
