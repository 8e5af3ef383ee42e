import { Type } from '@sinclair/typebox'

const publicUrl = (scheme: string, what: string) =>
  Type.String({ pattern: `^(${scheme}s?://.+)?$`, default: '', description: `Where browsers reach ${what}, if not at the address that the services use` })

/** What the pages are told of the platform, where browsers reach it at other addresses than the services do. */
export const webEnv = {
  PUBLIC_AP_URL: publicUrl('http', 'AP'),
  PUBLIC_SM_URL: publicUrl('http', 'SM'),
  PUBLIC_DSM_URL: publicUrl('http', 'DSM'),
  PUBLIC_WSS1_URL: publicUrl('ws', 'WSS1'),
  PUBLIC_WSS2_URL: publicUrl('ws', 'WSS2')
}
