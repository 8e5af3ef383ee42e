/** Head of AP's OpenAPI document. */
export const openapiInfo = {
  title: 'Motience AP',
  description: 'Authentication Platform: accounts, sessions, tokens and the catalogue of producers and consumers.',
  version: '0.1.0'
}
