/** Outlines on a 24 × 24 grid, drawn in the text colour. */
const paths = {
  pulse: 'M3 12h4l3-8 4 16 3-8h4',
  send: 'M4 12 20 4l-5 16-3.5-6.5L4 12ZM11.5 13.5 20 4',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-3.6 3-5.5 6.5-5.5s6.1 1.9 6.5 5.5' +
    'M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.9c2.1.7 3.3 2.4 3.5 5.1',
  device: 'M6 3h12v18H6zM10 17h4M9 7h6M9 10.5h6',
  chart: 'M4 4v16h16M8 15l3-4 3 2 5-7',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2',
  bell: 'M6 16V11a6 6 0 1 1 12 0v5l1.5 2h-15L6 16ZM10 21h4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm5 12.5 4.5 4.5L19 7',
  cross: 'M6 6l12 12M18 6 6 18',
  warn: 'M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.5h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5M12 8h.01',
  sun:
    'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z' +
    'M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  out: 'M14 4H5v16h9M10 12h10M16.5 8l4 4-4 4',
  play: 'M7 4.5v15l12-7.5-12-7.5Z',
  pause: 'M8 5v14M16 5v14',
  plus: 'M12 5v14M5 12h14',
  left: 'm14 6-6 6 6 6',
  right: 'm10 6 6 6-6 6',
  wide: 'M4 9V4h5M20 15v5h-5M4 4l6 6M20 20l-6-6',
  hide:
    'M4 4l16 16M9.5 5.4A9.8 9.8 0 0 1 12 5c5 0 8.3 4.3 9.5 7a13 13 0 0 1-2.6 3.6' +
    'M6 7.3A13.5 13.5 0 0 0 2.5 12c1.2 2.7 4.5 7 9.5 7 1.5 0 2.9-.4 4.1-1',
  download: 'M12 4v11M7.5 11 12 15.5l4.5-4.5M4.5 20h15',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  zoom: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4M8 11h6',
  again: 'M20 12a8 8 0 1 1-2.5-5.8M20 4v4.5h-4.5',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  spark: 'M3 17l5-6 4 3 4-7 5 4'
}

export type IconName = keyof typeof paths

/** A decorative icon beside text, hidden from screen readers. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class='icon-svg' viewBox='0 0 24 24' aria-hidden='true' focusable='false'><path d={paths[name]} /></svg>
)

/** The platform's logo. */
export const Logo = () => (
  <svg viewBox='0 0 32 32' aria-hidden='true' focusable='false'>
    <rect width='32' height='32' rx='8' fill='#0a6b5d' />
    <path
      d='M5 17h5l3-8 5 15 4-11 2 4h3'
      fill='none'
      stroke='#fff'
      stroke-width='2.4'
      stroke-linecap='round'
      stroke-linejoin='round'
    />
  </svg>
)
