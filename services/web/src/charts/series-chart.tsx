import type { NumberPoint } from '@motience/schemas'
import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { isDark } from '../components/theme.js'
import { axes, chartStyle, faded, paddedRange, seriesColour } from './chart-style.js'

export interface SeriesChartProps {
  points: NumberPoint[]
  /** Width of a bucket, in milliseconds; empty buckets interrupt the line. */
  bucketMs: number
  /** The requested range, in milliseconds since 1970. */
  from: number
  to: number
  label: string
  colourIndex?: number
  /** Called with a range selected by dragging. */
  onZoom?: (from: number, to: number) => void
}

type Data = [number[], (number | null)[], (number | null)[], (number | null)[]]

const columnsOf = (points: NumberPoint[], bucketMs: number): Data => {
  const data: Data = [[], [], [], []]
  let previous = Number.NaN
  for (const point of points) {
    const time = Date.parse(point.t)
    if (time - previous > bucketMs * 1.5) {
      data[0].push((previous + bucketMs) / 1000)
      for (const column of data.slice(1) as (number | null)[][]) column.push(null)
    }
    data[0].push(time / 1000)
    data[1].push(point.avg)
    data[2].push(point.min)
    data[3].push(point.max)
    previous = time
  }
  return data
}

/** A chart of history: the average of each bucket as a line, minimum to maximum as a band. */
export const SeriesChart = (props: SeriesChartProps) => {
  const container = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const plot = useRef<UPlot | null>(null)
  const dark = isDark.value
  const { points, bucketMs, from, to, colourIndex = 0 } = props

  useEffect(() => {
    const node = container.current!
    const line = seriesColour(colourIndex)
    const made = new UPlot({
      width: node.clientWidth || 300,
      height: node.clientHeight || 300,
      padding: [12, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { time: true, auto: false, range: () => [latest.current.from / 1000, latest.current.to / 1000] },
        y: { range: (_plot, min, max) => paddedRange(min, max) }
      },
      axes: axes(chartStyle()),
      series: [
        {},
        { stroke: line, width: 1.8, points: { show: points.length < 40, size: 5 } },
        { stroke: 'transparent', points: { show: false } },
        { stroke: 'transparent', points: { show: false } }
      ],
      bands: [{ series: [3, 2], fill: faded(line, 0.16) }],
      hooks: {
        setSelect: [self => {
          const { left, width } = self.select
          if (width < 6) return
          self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
          latest.current.onZoom?.(self.posToVal(left, 'x') * 1000, self.posToVal(left + width, 'x') * 1000)
        }]
      }
    }, columnsOf(points, bucketMs), node)
    plot.current = made
    const resizing = new ResizeObserver(() => { made.setSize({ width: node.clientWidth, height: node.clientHeight }) })
    resizing.observe(node)
    return () => {
      resizing.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [dark, colourIndex, points.length < 40])

  useEffect(() => { plot.current?.setData(columnsOf(points, bucketMs), true) }, [points, bucketMs, from, to])

  return <div class='plot tall' ref={container} role='img' aria-label={props.label} />
}
