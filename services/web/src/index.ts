export {
  contentSecurityPolicy, pageConfig, resolveConfig, type PageConfig, type PageEnv, type PageName
} from './serve/config.js'
export { pageFolder } from './serve/folder.js'
export { registerPages, type PageUpstreams, type RegisterPagesOptions } from './serve/register-pages.js'
