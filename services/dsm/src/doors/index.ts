import type { ServiceApp } from '@motience/kit'
import type { DoorDependencies } from './accept-readings.js'
import { inflateBodies } from './inflate-body.js'
import { addInfluxDoor } from './influx/routes.js'
import { addOtlpDoor } from './otlp/routes.js'
import { addPlainDoor } from './plain/routes.js'
import { addSenmlDoor } from './senml/routes.js'

const doors = [addInfluxDoor, addOtlpDoor, addSenmlDoor, addPlainDoor]

/** Adds the routes that take the formats of other systems; docs/doors.md describes them. */
export const addDoors = async (app: ServiceApp, dependencies: DoorDependencies): Promise<void> => {
  inflateBodies(app)
  for (const add of doors) await app.register(async scope => { add(scope as ServiceApp, dependencies) })
}
