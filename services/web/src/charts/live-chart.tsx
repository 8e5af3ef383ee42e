import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import { isDark } from '../parts/theme.js'
import { decimate } from '../series/decimate.js'
import type { Ring } from '../series/ring.js'
import { frames } from './frames.js'
import { axes, chartLook, faded, paddedRange, seriesColour } from './look.js'

/** Something that happened to the stream, drawn as a line across the chart. */
export interface ChartMark { time: number, tone: 'bad' | 'warn' }

export interface LiveSource {
  ring: Ring
  /** Grows with each sample. */
  version: number
  /** Milliseconds without a sample that break the line. */
  breakMs: number
}

export interface LiveChartProps {
  source: LiveSource
  colourIndex: number
  windowMs: number
  /** The newest moment that is shown, milliseconds since 1970. */
  now: () => number
  marks: () => readonly ChartMark[]
  /** Told of least and greatest value in view, with each drawing. */
  onRange: (min: number, max: number) => void
  label: string
}

/** A line moves a pixel in so long at least, or longer: drawing it more often would not be seen. */
const REDRAW_MS = 30

/** One series as it comes. Drawn by `frames`, and only while it is in view and there is something new. */
export const LiveChart = (props: LiveChartProps) => {
  const holder = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const dark = isDark.value
  const { colourIndex } = props

  useEffect(() => {
    const node = holder.current!
    const look = chartLook()
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
        axes: axes(look),
        series: [{}, { stroke: line, width: 1.6, fill: faded(line, 0.09), points: { show: false }, spanGaps: false }],
        hooks: {
          draw: [
            drawn => {
              const { ctx, bbox } = drawn
              for (const mark of latest.current.marks()) {
                if (mark.time < from || mark.time > to) continue
                const x = Math.round(drawn.valToPos(mark.time / 1000, 'x', true))
                ctx.save()
                ctx.strokeStyle = mark.tone === 'bad' ? look.bad : look.warn
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
        if (frame - drawnAt < REDRAW_MS) return false
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
    const stop = frames.add(drawn)
    const seen = new IntersectionObserver(
      entries => {
        drawn.visible = entries.at(-1)!.isIntersecting
      },
      { rootMargin: '80px' }
    )
    const sized = new ResizeObserver(() => {
      plot.setSize({ width: node.clientWidth, height: node.clientHeight })
      drawnVersion = -1
    })
    seen.observe(node)
    sized.observe(node)
    return () => {
      stop()
      seen.disconnect()
      sized.disconnect()
      plot.destroy()
    }
  }, [dark, colourIndex, props.source])

  return <div class='plot' ref={holder} role='img' aria-label={props.label} />
}
