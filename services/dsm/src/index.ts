export { buildDsm, type DsmDependencies } from './app.js'
export { startDsm } from './server.js'
export { defaultDsmSettings, parseRetention, type DsmSettings, type Retention } from './settings.js'
export type { SubscriberList, SubscriptionSource } from './subscriber-list.js'
