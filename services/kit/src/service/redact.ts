/** A URL for the log: without values of `token` parameters, and at most 512 characters long. */
export const redactUrl = (url: string): string =>
  url.slice(0, 2048).replace(/([?&;](?:access_|refresh_)?token=)[^&;#]*/gi, '$1***').slice(0, 512)
