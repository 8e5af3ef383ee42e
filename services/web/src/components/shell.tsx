import { useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { Platform } from '../session/platform.js'
import { ConfirmDialog } from './confirm-dialog.js'
import { Icon, Logo, type IconName } from './icon.js'
import { route } from './router.js'
import { ThemeSwitch } from './theme.js'
import { Toasts } from './toasts.js'

export interface NavEntry { path: string, label: string, icon: IconName, badge?: number }

/** State of the connection, for the header bar. */
export interface ConnectionStatus { tone: 'ok' | 'warn' | 'bad', text: string }

interface ShellProps {
  platform: Platform
  nav: NavEntry[]
  status: ConnectionStatus
  facts: ComponentChildren
  children: ComponentChildren
}

const Brand = ({ role }: { role: string }) => (
  <a class='brand' href='#/'>
    <Logo />
    <span><b>Motience</b><small>{role === 'producer' ? 'Producer' : 'Consumer'}</small></span>
  </a>
)

const SignOut = ({ platform }: { platform: Platform }) => (
  <button
    type='button'
    class='button plain icon'
    aria-label='Sign out'
    title='Sign out'
    onClick={() => {
      platform.session.logout().catch(() => null)
    }}
  >
    <Icon name='out' />
  </button>
)

/** Navigation and header around every view of a signed-in user. */
export const Shell = ({ platform, nav, status, facts, children }: ShellProps) => {
  const main = useRef<HTMLElement>(null)
  const shown = useRef(route.peek())
  useSignalEffect(() => {
    const next = route.value
    if (next === shown.current) return
    shown.current = next
    window.scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  })
  const user = platform.session.user.value
  const { role } = platform.session
  return (
    <div class='shell'>
      <a
        class='skip'
        href='#main'
        onClick={event => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        Skip to content
      </a>
      <aside class='side'>
        <Brand role={role} />
        <nav class='nav' aria-label='Views'>
          {nav.map(({ path, label, icon, badge = 0 }) => (
            <a key={path} href={`#/${path}`} aria-current={route.value === path ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{label}</span>
              {badge > 0 && <span class='badge warn'>{badge}</span>}
            </a>
          ))}
        </nav>
        <div class='foot'>
          <div class='account'>
            <div class='who grow'><div class='truncate'>{user?.username}</div><small>{role} {user?.id}</small></div>
            <ThemeSwitch />
            <SignOut platform={platform} />
          </div>
        </div>
      </aside>
      <header class='bar'>
        <Brand role={role} />
        <div class='connection-status' role='status'>
          <span class={`dot ${status.tone}`} aria-hidden='true' />
          <span class='truncate'>{status.text}</span>
        </div>
        <div class='facts'>{facts}</div>
        <div class='row on-phone'><ThemeSwitch /><SignOut platform={platform} /></div>
      </header>
      <main class='main' id='main' ref={main} tabIndex={-1}>{children}</main>
      <Toasts />
      <ConfirmDialog />
    </div>
  )
}
