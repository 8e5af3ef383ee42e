import { embeddedImage } from '@motience/testing'
import { openDatabase } from './index.js'

// Run by a test as another process: opens the given folder until it is killed.
const database = await openDatabase({
  dataDir: process.argv[2] ?? '',
  image: await embeddedImage(),
  ...(process.argv[3] === undefined ? {} : { waitMs: Number(process.argv[3]) })
})
await database.sql`create table held (id int8)`
await database.sql`insert into held values (1)`
process.send?.('committed')
setInterval(() => {}, 60_000)
