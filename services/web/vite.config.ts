import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const COMPRESSED = /\.(?:js|css|html|svg)$/

/** Writes a brotli and a gzip form beside each text file, so that no request has to compress. */
const precompress = (folder: string): Plugin => ({
  name: 'motience-precompress',
  apply: 'build',
  closeBundle: async () => {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue
      const path = join(entry.parentPath, entry.name)
      const text = await readFile(path)
      await writeFile(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
      await writeFile(`${path}.gz`, gzipSync(text, { level: 9 }))
    }
  }
})

/** One build for each page: `vite build --mode producer` and `--mode consumer`. */
export default defineConfig(({ mode }) => {
  const page = mode === 'consumer' ? 'consumer' : 'producer'
  const folder = fileURLToPath(new URL(`dist/${page}/`, import.meta.url))
  return {
    root: fileURLToPath(new URL(`src/${page}/`, import.meta.url)),
    publicDir: fileURLToPath(new URL('src/public/', import.meta.url)),
    base: './',
    // The workspace's sources, so that the pages can be built before the packages are.
    resolve: { conditions: ['motience-source', 'module', 'browser'] },
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rollupOptions: {
        treeshake: {
          // The schemas register formats and build validators when loaded; a page needs neither.
          moduleSideEffects: id => !id.includes('/schemas/')
        }
      }
    },
    plugins: [precompress(folder)]
  }
})
