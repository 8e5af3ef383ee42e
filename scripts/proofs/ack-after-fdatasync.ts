import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createAccount } from '../fleet/accounts.js'
import { withFleet } from './with-fleet.js'

/**
 * Shows with strace that an ack follows `fdatasync` of PostgreSQL's log: while one message after the other is sent, the
 * times of the calls and of the acks are put in order. Needs strace.
 */
export const ackAfterFdatasync = () => withFleet({}, async ({ fleet, database }) => {
  const producer = await createAccount(fleet.urls.ap, 'fsync-producer', 'producer')
  const send = async (number: number) => {
    const answer = await fetch(`${fleet.urls.dsm}/api/data`, {
      method: 'POST',
      headers: { authorization: `Bearer ${producer.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ producer_id: producer.user.id, session: 's', seq: number, payload: { number } })
    })
    if (!answer.ok) throw new Error(`POST /api/data was answered with ${answer.status}`)
    return Date.now() / 1000
  }
  await send(1)

  const strace = spawn('strace', ['-f', '-ttt', '-e', 'trace=fdatasync,fsync', '-p', String(database.pid),
    ...await childrenOf(database.pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let trace = ''
  strace.stderr.on('data', (chunk: Buffer) => { trace += chunk.toString() })
  while (!trace.includes('attached')) await pause(50)
  await pause(500)

  const rounds: { sent: number, acked: number }[] = []
  for (let number = 2; number <= 11; number++) {
    const sent = Date.now() / 1000
    rounds.push({ sent, acked: await send(number) })
    await pause(20)
  }
  strace.kill('SIGINT')
  await once(strace, 'exit')

  const syncs = [...trace.matchAll(/(\d+\.\d+) (?:fdatasync|fsync)\(/g)].map(match => Number(match[1]))
  const withSync = rounds.filter(({ sent, acked }) => syncs.some(at => at > sent - 0.001 && at < acked))
  for (const { sent, acked } of rounds) {
    const at = syncs.find(time => time > sent - 0.001 && time < acked)
    console.log(
      `sent 0.0 ms   fdatasync ${at === undefined ? 'none' : `+${((at - sent) * 1000).toFixed(1)} ms`}   ack ` +
      `+${((acked - sent) * 1000).toFixed(1)} ms`
    )
  }
  console.log(
    `${withSync.length} of ${rounds.length} acks came after an fdatasync that began after the message was sent`
  )
  if (withSync.length < rounds.length) process.exitCode = 1
})

const childrenOf = async (pid: number): Promise<string[]> => {
  const { readFile, readdir } = await import('node:fs/promises')
  const options: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid) options.push('-p', name)
  }
  return options
}
