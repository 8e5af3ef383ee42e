import { setTimeout as pause } from 'node:timers/promises'
import type { Fleet } from '../fleet/fleet.js'
import type { Random } from './random.js'

/** A server that the faults act on. */
export interface FaultyServer {
  kill (): Promise<void>
  start (): Promise<void>
  pause (): void | Promise<void>
  resume (): void | Promise<void>
}

/** One thing that goes wrong and is put right again. Resolves once the part works again. */
export interface Fault { name: string, run: (random: Random) => Promise<void> }

/** Everything that can go wrong with the services and PostgreSQL. */
export const faultsOf = ({ fleet, postgres }: { fleet: Fleet, postgres: FaultyServer }): Fault[] => [
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
  {
    name: 'kill postgres',
    run: async random => {
      await postgres.kill()
      await pause(random.between(0, 500))
      await postgres.start()
    }
  },
  {
    name: 'pause postgres',
    run: async random => {
      await postgres.pause()
      await pause(random.between(200, 3000))
      await postgres.resume()
    }
  }
]
