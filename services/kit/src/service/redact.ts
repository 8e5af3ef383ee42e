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

const KEY = /(mot_[dk]_[a-z0-9]{1,12})_[A-Za-z0-9]+/g
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** Text for the log without keys and access tokens, which are recognised by their shape, wherever they stand. */
export const redactSecrets = (text: string): string => text.replace(KEY, '$1_***').replace(TOKEN, '***')

/**
 * A URL for the log: without values of parameters that carry credentials, without keys and tokens, and at most 512
 * characters long.
 */
export const redactUrl = (url: string): string =>
  redactSecrets(url.slice(0, 2048))
    .replace(PARAMETER, (whole, separator: string, name: string) =>
      secrets.has(decoded(name).toLowerCase()) ? `${separator}${name}=***` : whole)
    .slice(0, 512)
