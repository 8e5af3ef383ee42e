import { Type } from '@sinclair/typebox'

const publicUrl = (scheme: string, service: string) =>
  Type.String({
    pattern: `^(${scheme}s?://.+)?$`,
    default: '',
    description: `Public URL of ${service} for browsers, if it is not the page's own host and port`
  })

/** Where the web pages find the services, if not on their own origin. */
export const webEnv = {
  PUBLIC_AP_URL: publicUrl('http', 'AP'),
  PUBLIC_SM_URL: publicUrl('http', 'SM'),
  PUBLIC_DSM_URL: publicUrl('http', 'DSM'),
  PUBLIC_WSS1_URL: publicUrl('ws', 'WSS1'),
  PUBLIC_WSS2_URL: publicUrl('ws', 'WSS2')
}
