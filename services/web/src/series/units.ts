/** Units by the suffix of a field name: `temperature_c`, `bus_v`, `load_pct`. */
const BY_SUFFIX: Record<string, string> = {
  c: '°C',
  celsius: '°C',
  f: '°F',
  k: 'K',
  pct: '%',
  percent: '%',
  hz: 'Hz',
  khz: 'kHz',
  mhz: 'MHz',
  v: 'V',
  mv: 'mV',
  a: 'A',
  ma: 'mA',
  w: 'W',
  kw: 'kW',
  wh: 'Wh',
  kwh: 'kWh',
  pa: 'Pa',
  hpa: 'hPa',
  kpa: 'kPa',
  bar: 'bar',
  m: 'm',
  mm: 'mm',
  cm: 'cm',
  km: 'km',
  mps: 'm/s',
  kmh: 'km/h',
  g: 'g',
  kg: 'kg',
  ms: 'ms',
  us: 'µs',
  s: 's',
  secs: 's',
  seconds: 's',
  min: 'min',
  rpm: 'rpm',
  deg: '°',
  lux: 'lx',
  lx: 'lx',
  db: 'dB',
  dbm: 'dBm',
  ppm: 'ppm',
  bytes: 'B',
  kb: 'kB',
  mb: 'MB',
  gb: 'GB'
}

const SUFFIX = /[_-]([A-Za-z]+)$/

/** The unit in the suffix of a field name, or ''. */
export const unitOf = (path: string): string => {
  const suffix = SUFFIX.exec(path.slice(path.lastIndexOf('.') + 1))?.[1]
  return suffix === undefined ? '' : BY_SUFFIX[suffix.toLowerCase()] ?? ''
}

/** The display name of a path: `cpu › temperature` for `cpu.temperature_c`. */
export const labelOf = (path: string): string =>
  (unitOf(path) === '' ? path : path.replace(SUFFIX, '')).replaceAll('_', ' ').replaceAll('.', ' › ')
