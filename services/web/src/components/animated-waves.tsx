import { useEffect, useRef } from 'preact/hooks'

const LINES = 5

const draw = (context: CanvasRenderingContext2D, width: number, height: number, seconds: number): void => {
  context.clearRect(0, 0, width, height)
  for (let line = 0; line < LINES; line++) {
    const depth = line / (LINES - 1)
    context.beginPath()
    for (let x = 0; x <= width; x += 4) {
      const phase = x / width * 7 + seconds * (0.22 + depth * 0.16) + line * 1.7
      const swell = Math.exp(-(((x / width - 0.62 + 0.08 * Math.sin(seconds * 0.3 + line)) / 0.26) ** 2))
      const y = height * (0.34 + depth * 0.42) + Math.sin(phase) * 14 + Math.sin(phase * 3.1 + line) * 26 * swell
      if (x === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    }
    context.strokeStyle = `rgba(79, 209, 181, ${0.12 + 0.5 * (1 - depth)})`
    context.lineWidth = line === 0 ? 2 : 1.3
    context.stroke()
  }
}

/** The animated background of the sign-in page; static if the user prefers reduced motion. */
export const AnimatedWaves = () => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const node = canvas.current!
    const context = node.getContext('2d')!
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    let frame = 0
    let drawn = -1
    const step = (now: number): void => {
      // 30 frames per second are enough for slow movement.
      if (now - drawn >= 32) {
        drawn = now
        const { clientWidth: width, clientHeight: height } = node
        const scale = Math.min(2, devicePixelRatio)
        if (node.width !== width * scale || node.height !== height * scale) {
          node.width = width * scale
          node.height = height * scale
          context.scale(scale, scale)
        }
        if (width > 0) draw(context, width, height, now / 1000)
      }
      if (!still) frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
    return () => { cancelAnimationFrame(frame) }
  }, [])
  return <canvas class='waves' ref={canvas} aria-hidden='true' />
}
