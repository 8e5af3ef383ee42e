import neostandard, { resolveIgnoresFromGitignore } from 'neostandard'

export default [
  { ignores: [...resolveIgnoresFromGitignore(), 'schemas/src/generated/**'] },
  ...neostandard({ ts: true }),
  {
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }],
    },
  },
  {
    files: ['scripts/**', 'agent/src/cli/**', '**/*.test.ts', 'services/web/**'],
    rules: { 'no-console': 'off' },
  },
]
