import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Whether a module (`import.meta.url`) is the program that Node was started with, whatever links led to it. */
export const isMain = (moduleUrl: string): boolean => {
  const program = process.argv[1]
  if (program === undefined) return false
  try {
    return realpathSync(program) === realpathSync(fileURLToPath(moduleUrl))
  } catch {
    return false
  }
}
