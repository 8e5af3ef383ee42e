export type { RestService } from './about.js'
export { openapiDocument } from './document.js'
