/** One bar of a chart: its name, its value and how the value is written. */
export interface Bar { label: string, value: number, text: string }

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const ROW = 34
const LABEL = 250
const WIDTH = 760

/** A horizontal bar chart as SVG that reads well on light and on dark ground. */
export const barChart = (title: string, bars: readonly Bar[]): string => {
  const most = Math.max(...bars.map(bar => bar.value), 1e-9)
  const height = 56 + bars.length * ROW
  const rows = bars.map(({ label, value, text }, i) => {
    const y = 48 + i * ROW
    const width = Math.max(2, (WIDTH - LABEL - 130) * value / most)
    return [
      `  <text x="${LABEL - 12}" y="${y + 16}" text-anchor="end" class="label">${escape(label)}</text>`,
      `  <rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="22" rx="4" class="bar"/>`,
      `  <text x="${(LABEL + width + 8).toFixed(1)}" y="${y + 16}" class="value">${escape(text)}</text>`
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #334155 }
    .title { font-weight: 600; font-size: 15px } .value { font-weight: 600 } .bar { fill: #0e8f8a }
    @media (prefers-color-scheme: dark) { text { fill: #cbd5e1 } .bar { fill: #2dd4bf } }
  </style>
  <text x="16" y="26" class="title">${escape(title)}</text>
${rows.join('\n')}
</svg>
`
}
