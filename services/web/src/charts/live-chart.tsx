import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { isDark } from '../components/theme.js'
import { decimate } from '../series/decimate.js'
import type { SampleRing } from '../series/sample-ring.js'
import { frameLoop } from './frame-loop.js'
import { axes, chartStyle, faded, paddedRange, seriesColour } from './chart-style.js'

/** An event of the stream, drawn as a vertical line in the chart. */
export interface ChartMarker { time: number, tone: 'bad' | 'warn' }

export interface LiveSource {
  ring: SampleRing
  /** Incremented with each sample. */
  version: number
  /** The line is interrupted where no sample arrived for this long. */
  breakMs: number
}

export interface LiveChartProps {
  source: LiveSource
  colourIndex: number
  windowMs: number
  /** The right edge of the chart, in milliseconds since 1970. */
  now: () => number
  markers: () => readonly ChartMarker[]
  /** Called after each drawing with the minimum and maximum visible value. */
  onRange: (min: number, max: number) => void
  label: string
}

/** A line takes at least this long to move by a pixel; drawing more often would not be visible. */
const MIN_REDRAW_MS = 30

/** A live line chart of one series, drawn by `frameLoop` only while it is visible and there is something new. */
export const LiveChart = (props: LiveChartProps) => {
  const container = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const dark = isDark.value
  const { colourIndex } = props

  useEffect(() => {
    const node = container.current!
    const style = chartStyle()
    const line = seriesColour(colourIndex)
    let from = 0
    let to = 1
    const plot = new UPlot(
      {
        width: node.clientWidth || 300,
        height: node.clientHeight || 150,
        padding: [10, 14, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: true, auto: false, range: () => [from / 1000, to / 1000] },
          y: { range: (_plot, min, max) => paddedRange(min, max) }
        },
        axes: axes(style),
        series: [{}, { stroke: line, width: 1.6, fill: faded(line, 0.09), points: { show: false }, spanGaps: false }],
        hooks: {
          draw: [
            drawn => {
              const { ctx, bbox } = drawn
              for (const marker of latest.current.markers()) {
                if (marker.time < from || marker.time > to) continue
                const x = Math.round(drawn.valToPos(marker.time / 1000, 'x', true))
                ctx.save()
                ctx.strokeStyle = marker.tone === 'bad' ? style.bad : style.warn
                ctx.setLineDash([4, 3])
                ctx.lineWidth = Math.max(1, devicePixelRatio)
                ctx.beginPath()
                ctx.moveTo(x, bbox.top)
                ctx.lineTo(x, bbox.top + bbox.height)
                ctx.stroke()
                ctx.restore()
              }
            }
          ]
        }
      },
      [[], []],
      node
    )

    let drawnVersion = -1
    let drawnAt = 0
    let drawnTo = 0
    let drawnWindow = 0
    const drawn = {
      visible: false,
      draw: (frame: number): boolean => {
        if (frame - drawnAt < MIN_REDRAW_MS) return false
        const { source, windowMs, now, onRange } = latest.current
        to = now()
        const columns = Math.max(40, plot.bbox.width / devicePixelRatio)
        const moved = to - drawnTo >= windowMs / columns
        if (source.version === drawnVersion && !moved && windowMs === drawnWindow) return false
        drawnAt = frame
        drawnVersion = source.version
        drawnTo = to
        drawnWindow = windowMs
        from = to - windowMs
        const { x, y, min, max } = decimate(source.ring, from, to, columns, source.breakMs)
        plot.setData([x, y], true)
        onRange(min, max)
        return true
      }
    }
    const stop = frameLoop.add(drawn)
    const visibility = new IntersectionObserver(
      entries => {
        drawn.visible = entries.at(-1)!.isIntersecting
      },
      { rootMargin: '80px' }
    )
    const resizing = new ResizeObserver(() => {
      plot.setSize({ width: node.clientWidth, height: node.clientHeight })
      drawnVersion = -1
    })
    visibility.observe(node)
    resizing.observe(node)
    return () => {
      stop()
      visibility.disconnect()
      resizing.disconnect()
      plot.destroy()
    }
  }, [dark, colourIndex, props.source])

  return <div class='plot' ref={container} role='img' aria-label={props.label} />
}
