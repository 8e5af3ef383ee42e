export { configFor, contentSecurityPolicy, pageConfig, type PageConfig, type PageEnv, type PageName } from './serve/config.js'
export { pageFolder } from './serve/folder.js'
export { registerPages, type RegisterPagesOptions } from './serve/register-pages.js'
