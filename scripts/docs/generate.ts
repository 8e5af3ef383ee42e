import { readFile, writeFile } from 'node:fs/promises'
import { metricTable } from './metrics.js'
import { configurationTable, consumerFrames, errorTable, producerFrames } from './sections.js'

const root = new URL('../../', import.meta.url)

const generated: readonly (readonly [file: string, section: string, make: () => string])[] = [
  ['docs/configuration.md', 'configuration', configurationTable],
  ['docs/errors.md', 'errors', errorTable],
  ['docs/metrics.md', 'metrics', metricTable],
  ['docs/protocol.md', 'producer frames', producerFrames],
  ['docs/protocol.md', 'consumer frames', consumerFrames]
]

/** Puts `content` between the section's two marks; throws if the marks are missing. */
const replaceSection = (text: string, section: string, content: string): string => {
  const begin = `<!-- generated: ${section} -->`
  const end = `<!-- end: ${section} -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`The marks of the section "${section}" are missing`)
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`
}

/** Every document with generated sections as it should be: the file's name and its text. */
export const generatedDocuments = async (): Promise<Map<string, string>> => {
  const documents = new Map<string, string>()
  for (const [file, section, make] of generated) {
    const text = documents.get(file) ?? await readFile(new URL(file, root), 'utf8')
    documents.set(file, replaceSection(text, section, make()))
  }
  return documents
}

/** Writes the generated sections into their documents. */
export const writeDocuments = async (): Promise<void> => {
  for (const [file, text] of await generatedDocuments()) await writeFile(new URL(file, root), text)
}
