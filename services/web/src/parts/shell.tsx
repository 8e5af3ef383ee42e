import { useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { Platform } from '../session/platform.js'
import { Confirm } from './confirm.js'
import { Icon, Mark, type IconName } from './icon.js'
import { route } from './router.js'
import { ThemeSwitch } from './theme.js'
import { toast, Toasts } from './toasts.js'

export interface NavEntry { path: string, label: string, icon: IconName, badge?: number }

/** How the connection is, for the bar at the top. */
export interface LinkView { tone: 'ok' | 'warn' | 'bad', text: string }

interface ShellProps {
  platform: Platform
  nav: NavEntry[]
  link: LinkView
  facts: ComponentChildren
  children: ComponentChildren
}

const Brand = ({ role }: { role: string }) => (
  <a class='brand' href='#/'>
    <Mark />
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
      platform.session.logout().catch(() => {
        toast('Signed out here; the platform could not be told', 'bad')
      })
    }}
  >
    <Icon name='out' />
  </button>
)

/** What surrounds every view of someone who is signed in. */
export const Shell = ({ platform, nav, link, facts, children }: ShellProps) => {
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
        To the content
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
        <div class='link-state' role='status'>
          <span class={`dot ${link.tone}`} aria-hidden='true' />
          <span class='truncate'>{link.text}</span>
        </div>
        <div class='facts'>{facts}</div>
        <div class='row on-phone'><ThemeSwitch /><SignOut platform={platform} /></div>
      </header>
      <main class='main' id='main' ref={main} tabIndex={-1}>{children}</main>
      <Toasts />
      <Confirm />
    </div>
  )
}
