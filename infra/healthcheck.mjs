/**
 * The health check of the images: exits with 0 if every server of SERVICE answers `/ready` with 200, and the agent its
 * status. It has no imports, because it runs every few seconds.
 */
const PORTS = {
  ap: ['AP_PORT', 3001],
  sm: ['SM_PORT', 3002],
  dsm: ['DSM_PORT', 3003],
  wss1: ['WSS1_HTTP_PORT', 3010],
  wss2: ['WSS2_HTTP_PORT', 3011],
  mqtt: ['MQTT_HTTP_PORT', 3012]
}
const TIMEOUT_MS = 4_000

const { SERVICE = '', HOST = '' } = process.env
const host = ['', '0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST

const check = async name => {
  const [variable, port] = PORTS[name]
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${process.env[variable] || port}/ready`
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
}

if (SERVICE === 'agent') {
  process.argv = [process.argv[0], new URL('../agent/bin/motience-agent.js', import.meta.url).pathname, 'status']
  await import(process.argv[1])
} else {
  try {
    await Promise.all((SERVICE === 'platform' ? Object.keys(PORTS) : [SERVICE]).map(check))
  } catch (error) {
    console.error(error.cause?.message ?? error.message)
    process.exitCode = 1
  }
}
