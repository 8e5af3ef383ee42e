import { Type } from '@sinclair/typebox'

const publicUrl = (scheme: string, what: string) =>
  Type.String({
    pattern: `^(${scheme}s?://.+)?$`,
    default: '',
    description: `Where browsers reach ${what}, if not by the page's own host and port`
  })

/** Where the pages find the platform, if not below their own address. */
export const webEnv = {
  PUBLIC_AP_URL: publicUrl('http', 'AP'),
  PUBLIC_SM_URL: publicUrl('http', 'SM'),
  PUBLIC_DSM_URL: publicUrl('http', 'DSM'),
  PUBLIC_WSS1_URL: publicUrl('ws', 'WSS1'),
  PUBLIC_WSS2_URL: publicUrl('ws', 'WSS2')
}
