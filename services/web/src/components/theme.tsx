import { computed, effect, signal } from '@preact/signals'
import { Icon } from './icon.js'

type Theme = 'system' | 'light' | 'dark'

const systemDark = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(systemDark.matches)
systemDark.addEventListener('change', () => { systemIsDark.value = systemDark.matches })

const readTheme = (): Theme => {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

const theme = signal<Theme>(readTheme())

/** Whether the dark theme is active; canvases have to be redrawn when it changes. */
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value))

effect(() => {
  const { value } = theme
  const { dataset } = document.documentElement
  if (value === 'system') delete dataset['theme']
  else dataset['theme'] = value
  try {
    // Plain text, not JSON: `theme.js` reads it before the first paint.
    if (value === 'system') localStorage.removeItem('motience.theme')
    else localStorage.setItem('motience.theme', value)
  } catch {
    // Without storage, the choice lasts until the next reload.
  }
})

export const ThemeSwitch = () => (
  <button
    type='button'
    class='button plain icon'
    aria-label={isDark.value ? 'Switch to light theme' : 'Switch to dark theme'}
    title={isDark.value ? 'Light theme' : 'Dark theme'}
    onClick={() => {
      theme.value = isDark.value ? 'light' : 'dark'
    }}
  >
    <Icon name={isDark.value ? 'sun' : 'moon'} />
  </button>
)

/** Resolves a custom property of the style sheet to a colour that a canvas accepts. */
export const colour = (property: string): string => {
  const probe = document.createElement('i')
  probe.style.color = `var(${property})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
