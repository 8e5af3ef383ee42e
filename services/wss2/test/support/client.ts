import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ConsumerServerFrame, Envelope, Position } from '@motience/schemas'
import { waitFor } from '@motience/testing'

type Frame<T extends ConsumerServerFrame['type']> = Extract<ConsumerServerFrame, { type: T }>

/** A consumer that records every frame. */
export interface Client {
  readonly ws: WebSocket
  readonly frames: ConsumerServerFrame[]
  readonly closed: Promise<number>
  of<T extends ConsumerServerFrame['type']> (type: T): Frame<T>[]
  /** `epoch-offset` of each message from one producer, in order. */
  positions (producerId: number): string[]
  /**
   * Everything in order, in short: `3:1-12` for a message, `resumed 3:1 5..9 true`, `gap 3:1 4..8`, `subscribed 3:1-4`
   * and so on.
   */
  story (): string[]
  /** Resolves to the first frame of this type. */
  first<T extends ConsumerServerFrame['type']> (type: T): Promise<Frame<T>>
  send (frame: object): void
  resume (...positions: [producerId: number, epoch: number, offset: number][]): void
  /** Resolves once everything that the server had already sent has arrived. */
  settled (): Promise<void>
  end (): Promise<void>
}

const short = (frame: ConsumerServerFrame): string => {
  switch (frame.type) {
    case 'data': return `${frame.producer_id}:${frame.epoch}-${frame.offset}`
    case 'resumed': return `resumed ${frame.producer_id}:${frame.epoch} ${frame.from}..${frame.to} ${frame.recovered}`
    case 'gap': return `gap ${frame.producer_id}:${frame.epoch} ${frame.from}..${frame.to}`
    case 'subscribed': return `subscribed ${frame.producer_id}:${frame.epoch}-${frame.offset}`
    case 'unsubscribed': return `unsubscribed ${frame.producer_id}`
    case 'error': return `error ${frame.code}`
    default: return frame.type
  }
}

/** Connects, and resolves after the welcome. */
export const connectClient = async (url: string, token: string, { welcome = true } = {}): Promise<Client> => {
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false })
  const frames: ConsumerServerFrame[] = []
  ws.on('message', data => { frames.push(JSON.parse(String(data)) as ConsumerServerFrame) })
  const closed = new Promise<number>(resolve => { ws.on('close', code => { resolve(code) }) })
  await once(ws, 'open')
  ws.on('error', () => {})
  const of = <T extends ConsumerServerFrame['type']>(type: T) =>
    frames.filter((frame): frame is Frame<T> => frame.type === type)
  const client: Client = {
    ws,
    frames,
    closed,
    of,
    positions: producerId =>
      of('data')
        .filter((frame: Envelope) => frame.producer_id === producerId)
        .map(({ epoch, offset }) => `${epoch}-${offset}`),
    story: () => frames.map(short),
    first: type => waitFor(() => of(type)[0], { what: `a ${type} frame` }) as never,
    send: frame => { ws.send(JSON.stringify(frame)) },
    resume: (...positions) => {
      client.send({
        type: 'resume',
        positions: positions.map(([producerId, epoch, offset]): Position => ({
          producer_id: producerId,
          epoch,
          offset
        }))
      })
    },
    settled: async () => {
      const pong = once(ws, 'pong')
      ws.ping()
      await pong
    },
    end: async () => {
      ws.terminate()
      await closed
    }
  }
  if (welcome) await client.first('welcome')
  return client
}
