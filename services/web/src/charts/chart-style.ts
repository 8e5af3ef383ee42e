import type uPlot from 'uplot'
import { colour } from '../components/theme.js'

/** Colours and font of a chart in the current theme. */
export interface ChartStyle { ink: string, grid: string, bad: string, warn: string, font: string }

export const chartStyle = (): ChartStyle => ({
  ink: colour('--ink-3'),
  grid: colour('--line'),
  bad: colour('--bad'),
  warn: colour('--warn'),
  font: `11px ${getComputedStyle(document.body).fontFamily}`
})

/** Number of line colours in the style sheet. */
const SERIES_COLOURS = 8

/** The line colour of the series with this index. */
export const seriesColour = (index: number): string => colour(`--series-${index % SERIES_COLOURS + 1}`)

/** The colour with an opacity, for the area below a line. */
export const faded = (rgb: string, opacity: number): string => {
  const components = /rgba?\(([^)]+)\)/.exec(rgb)?.[1]?.split(/[ ,/]+/).slice(0, 3)
  return components === undefined ? rgb : `rgba(${components.join(', ')}, ${opacity})`
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Labels of the time axis: with seconds if the ticks are less than a minute apart, dates if more than a day. */
const timeLabels = (_plot: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] =>
  splits.map(split => {
    const date = new Date(split * 1000)
    const time = `${two(date.getHours())}:${two(date.getMinutes())}`
    return step < 60
      ? `${time}:${two(date.getSeconds())}`
      : step < 86400
        ? time
        : date.toLocaleDateString('en', { day: 'numeric', month: 'short' })
  })

/** Unobtrusive axes: time at the bottom, values on the left, thin grid lines. */
export const axes = (style: ChartStyle): uPlot.Axis[] => [
  {
    stroke: style.ink,
    font: style.font,
    size: 26,
    gap: 4,
    space: 76,
    grid: { show: false },
    ticks: { show: false },
    values: timeLabels
  },
  {
    stroke: style.ink,
    font: style.font,
    size: 50,
    gap: 6,
    space: 34,
    grid: { stroke: style.grid, width: 1 },
    ticks: { show: false }
  }
]

/** The range of the value axis: padded, and never empty if all values are equal. */
export const paddedRange = (min: number | null, max: number | null): [number, number] => {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1]
  const spread = max - min || Math.abs(max) * 0.1 || 1
  return [min - spread * 0.12, max + spread * 0.12]
}
