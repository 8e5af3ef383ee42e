/** Bundles the agent into one file that needs Node alone; resolves to its path. */
export const bundle: (options?: { outfile?: string, minify?: boolean }) => Promise<string>
