import { addressEnv } from '@motience/schemas'

/** Names of all variables that hold a port to listen on. */
export const portVariables = Object.keys(addressEnv).filter(name => name.endsWith('_PORT'))

/** The environment in which every server listens on a port that is free. */
export const anyPorts: Readonly<Record<string, string>> = Object.fromEntries(portVariables.map(name => [name, '0']))
