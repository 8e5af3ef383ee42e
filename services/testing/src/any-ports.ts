import { addressEnv } from '@motience/schemas'

/** Names of all variables that hold a port to listen on. */
export const portVariables = Object.keys(addressEnv).filter(name => name.endsWith('_PORT'))

/** The environment in which every server listens on a port that is free. */
export const anyPorts: Readonly<Record<string, string>> = Object.fromEntries(portVariables.map(name => [name, '0']))

/** The variable with the port of each service's `/health`, `/ready` and `/metrics`. */
export const httpPortVariables = {
  ap: 'AP_PORT',
  sm: 'SM_PORT',
  dsm: 'DSM_PORT',
  wss1: 'WSS1_HTTP_PORT',
  wss2: 'WSS2_HTTP_PORT',
  mqtt: 'MQTT_HTTP_PORT'
} as const satisfies Record<string, keyof typeof addressEnv>
