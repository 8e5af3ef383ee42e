/** A URL as it may be logged: without the values of `token` parameters, and at most 512 characters of it. */
export const redactUrl = (url: string): string =>
  url.slice(0, 2048).replace(/([?&;](?:access_|refresh_)?token=)[^&;#]*/gi, '$1***').slice(0, 512)
