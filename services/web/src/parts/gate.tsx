import { useSignal } from '@preact/signals'
import type { Platform } from '../session/platform.js'
import { Failure } from './failure.js'
import { Icon, Mark } from './icon.js'
import { Progress, Segments } from './pieces.js'
import { ThemeSwitch } from './theme.js'
import { Wave } from './wave.js'

const words = {
  producer: {
    title: 'Send what your devices measure.',
    text: 'Every message that is acknowledged is kept. See who subscribes, approve them one by one, and take it back in an instant.'
  },
  consumer: {
    title: 'Watch machines as they move.',
    text: 'Subscribe to a producer and see each number as a live chart: no gap, no repeat, however often the connection breaks.'
  }
}

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

/** Signing in and signing up: what a page shows to someone it does not know. */
export const Gate = ({ platform }: { platform: Platform }) => {
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
    <div class='gate'>
      <div class='gate-story'>
        <div class='brand'>
          <Mark />
          <span>
            <b>Motience</b>
            <small>{role === 'producer' ? 'Producer' : 'Consumer'}</small>
          </span>
        </div>
        <div>
          <h1>{words[role].title}</h1>
          <p>{words[role].text}</p>
        </div>
        <div class='small' aria-hidden='true'>&nbsp;</div>
        <Wave />
      </div>
      <main class='gate-form'>
        <div class='gate-top'>
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
          <Segments
            label='What to do'
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
            label='Name'
            autoComplete='username'
            required
            minLength={3}
            maxLength={64}
            {...(isNew.value ? { hint: 'At least 3 characters: letters, digits and . _ @ + -' } : {})}
          />
          <Field
            name='password'
            label='Password'
            type='password'
            required
            minLength={isNew.value ? 8 : 1}
            maxLength={128}
            autoComplete={isNew.value ? 'new-password' : 'current-password'}
            {...(isNew.value ? { hint: 'At least 8 characters' } : {})}
          />
          {isNew.value && role === 'producer' && (
            <Field
              name='device_id'
              label='Device (optional)'
              maxLength={64}
              hint='Name of the device that this account stands for'
            />
          )}
          <label class='check'>
            <input type='checkbox' name='remember' defaultChecked />
            Stay signed in on this computer
          </label>
          <Failure error={failure.value} />
          {busy.value && <Progress label={isNew.value ? 'Creating the account' : 'Signing in'} />}
          <button type='submit' class='button primary block' disabled={busy.value}>
            {isNew.value ? `Create ${role}'s account` : 'Sign in'}
          </button>
        </form>
      </main>
    </div>
  )
}
