import { spawn } from 'node:child_process'

const MAX_OUTPUT = 256 * 1024
const MAX_COMPLAINT = 200

/**
 * Runs a program and gives back what it printed. It is killed, with all that it started, after `timeoutMs` and when
 * `signal` aborts. Rejects then, and where it fails or prints more than 256 KiB.
 */
export const runCommand = (
  [program, ...args]: readonly string[],
  timeoutMs: number,
  signal: AbortSignal
): Promise<string> =>
  new Promise((resolve, reject) => {
    // In a process group of its own: a script that is killed must not leave its `sleep` behind.
    const child = spawn(program!, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
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
      if (error === null) resolve(output)
      else reject(error)
    }
    const abort = () => {
      finish(new Error('Stopped'))
    }
    const timer = setTimeout(() => {
      finish(new Error(`Not done within ${timeoutMs} ms`))
    }, timeoutMs)
    signal.addEventListener('abort', abort)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > MAX_OUTPUT) finish(new Error(`More than ${MAX_OUTPUT} characters were printed`))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < MAX_COMPLAINT) complaint += text
    })
    child.on('error', error => {
      finish(error)
    })
    child.on('exit', (code, killedBy) => {
      // What it printed may still be in the pipe, but somebody else may hold that open for ever.
      setImmediate(() => {
        finish(
          code === 0
            ? null
            : new Error(
                `Ended with ${code ?? killedBy}${complaint === '' ? '' : `: ${complaint.trim().slice(0, MAX_COMPLAINT)}`}`
            )
        )
      })
    })
    child.on('close', code => {
      finish(code === 0 ? null : new Error(`Ended with ${code}`))
    })
  })
