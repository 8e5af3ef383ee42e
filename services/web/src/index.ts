export {
  contentSecurityPolicy, pageConfig, resolveConfig, type PageConfig, type PageEnv, type PageName
} from './serve/page-config.js'
export { pageFolder } from './serve/page-folder.js'
export { registerPages, type PageUpstreams, type RegisterPagesOptions } from './serve/register-pages.js'
