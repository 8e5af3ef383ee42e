const PARAMETER = /([?&;])([^=&;#]*)=([^&;#]*)/g

/** Parameters that carry credentials: tokens, and the password of InfluxDB's version 1. */
const secrets = new Set(['token', 'access_token', 'refresh_token', 'p'])

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** A URL for the log: without values of parameters that carry credentials, and at most 512 characters long. */
export const redactUrl = (url: string): string =>
  url
    .slice(0, 2048)
    .replace(PARAMETER, (whole, separator: string, name: string) =>
      secrets.has(decoded(name).toLowerCase()) ? `${separator}${name}=***` : whole)
    .slice(0, 512)
