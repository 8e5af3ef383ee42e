import type { ServiceApp } from '@motience/kit'

/**
 * Hands the bodies of a scope's routes to their handlers as bytes, whatever their content type or its absence: formats
 * whose clients send many. The body is not checked against the schema, which only describes it.
 */
export const parseRawBodies = (app: ServiceApp): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
  app.addHook('onRoute', route => {
    const { validatorCompiler } = route
    route.validatorCompiler = routeSchema => routeSchema.httpPart === 'body'
      ? () => true
      : (validatorCompiler ?? app.validatorCompiler!)(routeSchema)
  })
}
