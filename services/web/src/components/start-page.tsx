import { render, type ComponentChildren } from 'preact'
import type { AccountRole } from '@motience/schemas'
import { openPlatform, type Platform } from '../session/platform.js'
import { SignIn } from './sign-in.js'
import { ErrorNote } from './error-note.js'
import { Progress } from './progress.js'

const Page = ({ platform, view }: { platform: Platform, view: (platform: Platform) => ComponentChildren }) =>
  platform.session.user.value === null ? <SignIn platform={platform} /> : <>{view(platform)}</>

/** Starts a page: loads its configuration, then shows the sign-in form or the view. */
export const startPage = (role: AccountRole, view: (platform: Platform) => ComponentChildren): void => {
  const root = document.getElementById('page')!
  const start = (): void => {
    render(<div class='sign-in-form'><div class='inner'><Progress label='Connecting' /></div></div>, root)
    openPlatform(role).then(
      platform => {
        render(<Page platform={platform} view={view} />, root)
      },
      (error: unknown) => {
        render(
          <div class='sign-in-form'>
            <div class='inner'>
              <ErrorNote error={error} retry={start} />
            </div>
          </div>,
          root
        )
      }
    )
  }
  start()
}
