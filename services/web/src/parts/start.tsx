import { render, type ComponentChildren } from 'preact'
import type { AccountRole } from '@motience/schemas'
import { openPlatform, type Platform } from '../session/platform.js'
import { Gate } from './gate.js'
import { Failure } from './failure.js'
import { Progress } from './pieces.js'

const Page = ({ platform, view }: { platform: Platform, view: (platform: Platform) => ComponentChildren }) =>
  platform.session.user.value === null ? <Gate platform={platform} /> : <>{view(platform)}</>

/** Starts a page: finds the platform, lets the person in, and shows the view. */
export const startPage = (role: AccountRole, view: (platform: Platform) => ComponentChildren): void => {
  const root = document.getElementById('page')!
  const start = (): void => {
    render(<div class='gate-form'><div class='inner'><Progress label='Finding the platform' /></div></div>, root)
    openPlatform(role).then(
      platform => {
        render(<Page platform={platform} view={view} />, root)
      },
      (error: unknown) => {
        render(
          <div class='gate-form'>
            <div class='inner'>
              <Failure error={error} retry={start} />
            </div>
          </div>,
          root
        )
      }
    )
  }
  start()
}
