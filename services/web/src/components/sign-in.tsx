import { useSignal } from '@preact/signals'
import type { Platform } from '../session/platform.js'
import { ErrorNote } from './error-note.js'
import { Icon, Logo } from './icon.js'
import { Progress } from './progress.js'
import { SegmentedControl } from './segmented-control.js'
import { DEVICE_ID_HINT, DEVICE_ID_PATTERN } from './device-id.js'
import { ThemeSwitch } from './theme.js'
import { AnimatedWaves } from './animated-waves.js'

const intros = {
  producer: {
    title: 'Publish data from your devices.',
    text:
      'Every acknowledged message is stored. See who subscribes, approve or reject subscribers, and revoke access ' +
      'instantly.'
  },
  consumer: {
    title: 'Watch devices in real time.',
    text:
      'Subscribe to a producer and see its values as live charts, without gaps or duplicates, even across ' +
      'reconnects.'
  }
}

const USERNAME_PATTERN = '[A-Za-z0-9][A-Za-z0-9._@+\\-]*'
const USERNAME_HINT = 'At least 3 characters: letters, digits and . _ @ + -'

const Field = ({
  name, label, hint, ...rest
}: {
  name: string
  label: string
  hint?: string
  type?: string
  autoComplete?: string
  required?: boolean
  minLength?: number
  maxLength?: number
  pattern?: string
  title?: string
}) => (
  <div class='field'>
    <label class='label' for={name}>
      {label}
    </label>
    <input
      class='input large'
      id={name}
      name={name}
      aria-describedby={hint === undefined ? undefined : `${name}-hint`}
      {...rest}
    />
    {hint !== undefined && (
      <span class='hint' id={`${name}-hint`}>
        {hint}
      </span>
    )}
  </div>
)

/** The forms for signing in and creating an account. */
export const SignIn = ({ platform }: { platform: Platform }) => {
  const { session } = platform
  const { role } = session
  const isNew = useSignal(false)
  const busy = useSignal(false)
  const failure = useSignal<unknown>(null)

  const submit = async (form: FormData): Promise<void> => {
    busy.value = true
    failure.value = null
    const text = (name: string): string => String(form.get(name) ?? '')
    try {
      if (isNew.value) await session.register(text('username'), text('password'), text('device_id').trim() || null)
      isNew.value = false
      await session.login(text('username'), text('password'), form.get('remember') !== null)
    } catch (error) {
      failure.value = error
    } finally {
      busy.value = false
    }
  }

  return (
    <div class='sign-in'>
      <div class='sign-in-intro'>
        <div class='brand'>
          <Logo />
          <span>
            <b>Motience</b>
            <small>{role === 'producer' ? 'Producer' : 'Consumer'}</small>
          </span>
        </div>
        <div>
          <h1>{intros[role].title}</h1>
          <p>{intros[role].text}</p>
        </div>
        <div class='small' aria-hidden='true'>&nbsp;</div>
        <AnimatedWaves />
      </div>
      <main class='sign-in-form'>
        <div class='sign-in-top'>
          <ThemeSwitch />
        </div>
        <form
          class='stack'
          aria-label={isNew.value ? 'Create an account' : 'Sign in'}
          onSubmit={event => {
            event.preventDefault()
            submit(new FormData(event.currentTarget)).catch(() => null)
          }}
        >
          <h2 class='visually-hidden'>{isNew.value ? 'Create an account' : 'Sign in'}</h2>
          <SegmentedControl
            label='Sign in or create an account'
            fill
            value={isNew.value ? 'new' : 'known'}
            onChange={value => {
              isNew.value = value === 'new'
              failure.value = null
            }}
            options={[
              { value: 'known', label: 'Sign in' },
              { value: 'new', label: 'Create account' }
            ]}
          />
          {session.ended.value !== null && (
            <div class='note warn' role='status'>
              <Icon name='info' />
              <span>{session.ended.value}</span>
            </div>
          )}
          <Field
            name='username'
            label='Username'
            autoComplete='username'
            required
            minLength={3}
            maxLength={64}
            {...(isNew.value ? { hint: USERNAME_HINT, pattern: USERNAME_PATTERN, title: USERNAME_HINT } : {})}
          />
          <Field
            name='password'
            label='Password'
            type='password'
            required
            minLength={isNew.value ? 8 : 1}
            maxLength={128}
            autoComplete={isNew.value ? 'new-password' : 'current-password'}
            {...(isNew.value ? { hint: 'At least 8 characters, and not a common password' } : {})}
          />
          {isNew.value && role === 'producer' && (
            <Field
              name='device_id'
              label='Device name (optional)'
              maxLength={64}
              pattern={DEVICE_ID_PATTERN}
              title={DEVICE_ID_HINT}
              hint={DEVICE_ID_HINT}
            />
          )}
          <label class='check'>
            <input type='checkbox' name='remember' defaultChecked />
            Stay signed in on this device
          </label>
          <ErrorNote error={failure.value} />
          {busy.value && <Progress label={isNew.value ? 'Creating account' : 'Signing in'} />}
          <button type='submit' class='button primary block' disabled={busy.value}>
            {isNew.value ? `Create ${role} account` : 'Sign in'}
          </button>
        </form>
      </main>
    </div>
  )
}
