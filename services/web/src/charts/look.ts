import type uPlot from 'uplot'
import { colour } from '../parts/theme.js'

/** Colours of a chart, as the theme has them now. */
export interface ChartLook { ink: string, grid: string, bad: string, warn: string, font: string }

export const chartLook = (): ChartLook => ({
  ink: colour('--ink-3'),
  grid: colour('--line'),
  bad: colour('--bad'),
  warn: colour('--warn'),
  font: `11px ${getComputedStyle(document.body).fontFamily}`
})

/** How many colours there are for lines. */
const SERIES_COLOURS = 8

/** A line's colour, always the same for the same number. */
export const seriesColour = (index: number): string => colour(`--series-${index % SERIES_COLOURS + 1}`)

/** The same colour with an opacity, for the area below a line. */
export const faded = (rgb: string, opacity: number): string => {
  const parts = /rgba?\(([^)]+)\)/.exec(rgb)?.[1]?.split(/[ ,/]+/).slice(0, 3)
  return parts === undefined ? rgb : `rgba(${parts.join(', ')}, ${opacity})`
}

const two = (n: number): string => String(n).padStart(2, '0')

/**
 * Times of day, with seconds only where the marks are closer than a minute, and the day where they are further than
 * one.
 */
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

/** Axes that stay behind the data: a time below, numbers at the left, thin lines between. */
export const axes = (look: ChartLook): uPlot.Axis[] => [
  {
    stroke: look.ink,
    font: look.font,
    size: 26,
    gap: 4,
    space: 76,
    grid: { show: false },
    ticks: { show: false },
    values: timeLabels
  },
  {
    stroke: look.ink,
    font: look.font,
    size: 50,
    gap: 6,
    space: 34,
    grid: { stroke: look.grid, width: 1 },
    ticks: { show: false }
  }
]

/** Room above and below the data, and something to stand in where all of it is one value. */
export const paddedRange = (min: number | null, max: number | null): [number, number] => {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1]
  const spread = max - min || Math.abs(max) * 0.1 || 1
  return [min - spread * 0.12, max + spread * 0.12]
}
