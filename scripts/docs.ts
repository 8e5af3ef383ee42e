import { writeDocuments } from './docs/generate.js'

await writeDocuments()
