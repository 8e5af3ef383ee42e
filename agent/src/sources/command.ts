import { spawn } from 'node:child_process'

const MAX_OUTPUT = 256 * 1024
const MAX_STDERR = 200

/** How long output may still arrive after the program has ended, in milliseconds. */
const OUTPUT_AFTER_EXIT_MS = 500

/**
 * Runs a program and resolves to its output. Rejects if it fails, prints more than 256 KiB, takes longer than
 * `timeoutMs`, or `signal` aborts. The children that it leaves in its process group are killed.
 */
export const runCommand = (
  [program, ...args]: readonly string[],
  timeoutMs: number,
  signal: AbortSignal
): Promise<string> =>
  new Promise((resolve, reject) => {
    // Its own process group, so that killing a script also kills what it started.
    const child = spawn(program!, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errorOutput = ''
    let settled = false
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended already.
      }
    }
    const finish = (error: Error | null) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      kill()
      child.stdout.destroy()
      child.stderr.destroy()
      if (error === null) resolve(output)
      else reject(error)
    }
    const abort = () => {
      finish(new Error('Stopped'))
    }
    let timer = setTimeout(() => {
      finish(new Error(`Timed out after ${timeoutMs} ms`))
    }, timeoutMs)
    signal.addEventListener('abort', abort)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > MAX_OUTPUT) finish(new Error(`Output is longer than ${MAX_OUTPUT} characters`))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (errorOutput.length < MAX_STDERR) errorOutput += text
    })
    child.on('error', error => {
      finish(error)
    })
    const exited = (code: number | null, killedBy: NodeJS.Signals | null) => {
      const detail = errorOutput.trim().slice(0, MAX_STDERR)
      finish(code === 0 ? null : new Error(`Exited with ${code ?? killedBy}${detail === '' ? '' : `: ${detail}`}`))
    }
    // Output may still be in the pipes. A child of the program that left its process group may keep them open forever.
    child.on('exit', (...status) => {
      kill()
      clearTimeout(timer)
      timer = setTimeout(exited, OUTPUT_AFTER_EXIT_MS, ...status)
    })
    child.on('close', exited)
  })
