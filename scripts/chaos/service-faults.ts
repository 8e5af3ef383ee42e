import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from '../fleet/fleet.js'
import type { Random } from './random.js'

/** A server that faults can be injected into. */
export interface FaultyServer {
  kill (): Promise<void>
  start (): Promise<void>
  pause (): void | Promise<void>
  resume (): void | Promise<void>
}

/** A temporary fault. Resolves once the affected component works again. */
export interface Fault { name: string, run: (random: Random) => Promise<void> }

/** Faults of a server that has no replica. */
export const serverFaults = (name: string, server: FaultyServer, { maxPauseMs }: { maxPauseMs: number }): Fault[] => [
  {
    name: `kill ${name}`,
    run: async random => {
      await server.kill()
      await pause(random.between(0, 500))
      await server.start()
    }
  },
  {
    name: `pause ${name}`,
    run: async random => {
      await server.pause()
      await pause(random.between(200, maxPauseMs))
      await server.resume()
    }
  }
]

/** Faults of the services, their network and PostgreSQL. */
export const serviceFaults = ({ fleet, postgres }: { fleet: Fleet, postgres: FaultyServer }): Fault[] => [
  ...fleet.instances.map(instance => ({
    name: `kill ${instance.name}-${instance.index}`,
    run: async (random: Random) => {
      await instance.kill()
      await pause(random.between(0, 800))
      await instance.start()
    }
  })),
  ...Object.entries(fleet.balancers).map(([name, balancer]) => ({
    name: `cut ${name}`,
    run: async () => { balancer.cut() }
  })),
  ...serverFaults('postgres', postgres, { maxPauseMs: 3000 })
]
