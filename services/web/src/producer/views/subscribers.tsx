import type { Subscriber } from '@motience/schemas'
import { useSignal } from '@preact/signals'
import { confirm } from '../../components/confirm-dialog.js'
import { ErrorNote } from '../../components/error-note.js'
import { Card } from '../../components/card.js'
import { EmptyState } from '../../components/empty-state.js'
import { Progress } from '../../components/progress.js'
import { SegmentedControl } from '../../components/segmented-control.js'
import { ViewHeader } from '../../components/view-header.js'
import { toast } from '../../components/toasts.js'
import type { ProducerModel } from '../producer-model.js'

const order = { pending: 0, active: 1, inactive: 2 }
const tones = { pending: 'warn', active: 'ok', inactive: '' }
const names = { pending: 'pending approval', active: 'active', inactive: 'inactive' }

const formatDate = (time: string | null): string =>
  time === null ? '–' : new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })

const Row = ({
  subscriber, set, busy
}: {
  subscriber: Subscriber
  set: (status: 'active' | 'inactive') => void
  busy: boolean
}) => {
  const { username, status } = subscriber
  return (
    <tr>
      <td>
        <div class='row'>
          <span class='avatar' aria-hidden='true'>
            {username.slice(0, 2)}
          </span>
          <span>
            <b>{username}</b>
            <br />
            <span class='quiet'>consumer {subscriber.consumer_id}</span>
          </span>
        </div>
      </td>
      <td>
        <span class={`badge ${tones[status]}`}>{names[status]}</span>
      </td>
      <td class='quiet nowrap'>{formatDate(subscriber.activated_at)}</td>
      <td>
        <div class='row end'>
          {status === 'pending' && (
            <button
              type='button'
              class='button compact primary'
              disabled={busy}
              onClick={() => {
                set('active')
              }}
            >
              Approve<span class='visually-hidden'> {username}</span>
            </button>
          )}
          {status === 'pending' && (
            <button
              type='button'
              class='button compact danger'
              disabled={busy}
              onClick={() => {
                set('inactive')
              }}
            >
              Reject<span class='visually-hidden'> {username}</span>
            </button>
          )}
          {status === 'active' && (
            <button
              type='button'
              class='button compact danger'
              disabled={busy}
              onClick={() => {
                set('inactive')
              }}
            >
              Revoke<span class='visually-hidden'> {username}</span>
            </button>
          )}
          {status === 'inactive' && (
            <button
              type='button'
              class='button compact'
              disabled={busy}
              onClick={() => {
                set('active')
              }}
            >
              Approve<span class='visually-hidden'> {username}</span>
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

/** The subscribers of this producer, and how new ones are approved. */
export const Subscribers = ({ model }: { model: ProducerModel }) => {
  const busy = useSignal<number | null>(null)
  const failure = useSignal<unknown>(null)
  const list = model.subscribers.value
  const policy = model.policy.value

  const set = async (
    { subscription_id: id, username, status: before }: Subscriber,
    status: 'active' | 'inactive'
  ): Promise<void> => {
    if (
      before === 'active' &&
      !(await confirm(
        `Revoke ${username}?`,
        `${username} will not receive any further messages. Messages already received are not affected.`,
        'Revoke'
      ))
    ) { return }
    busy.value = id
    failure.value = null
    try {
      await model.setStatus(id, status)
      toast(
        status === 'active'
          ? `${username} was approved`
          : before === 'pending'
            ? `${username} was rejected`
            : `${username} was revoked`,
        'ok'
      )
    } catch (error) {
      failure.value = error
    } finally {
      busy.value = null
    }
  }

  return (
    <>
      <ViewHeader title='Subscribers'>
        Revoking takes effect immediately: messages accepted after the confirmation are not delivered to the consumer.
      </ViewHeader>
      <Card
        title='New subscriptions'
        actions={
          policy !== null && (
            <SegmentedControl
              label='How new subscriptions are approved'
              value={policy}
              options={[
                { value: 'automatic', label: 'Approve automatically' },
                { value: 'manual', label: 'Approve manually' }
              ]}
              onChange={approval => {
                model.setPolicy(approval).then(
                  () => {
                    toast(
                      approval === 'manual'
                        ? 'New subscriptions require your approval'
                        : 'New subscriptions are approved automatically',
                      'ok'
                    )
                  },
                  (error: unknown) => {
                    failure.value = error
                  }
                )
              }}
            />
          )
        }
      >
        <p class='quiet small'>
          {policy === 'manual'
            ? 'New subscribers receive data after you approve them. Existing subscribers are not affected.'
            : 'New subscribers receive your data immediately. You can revoke access at any time.'}
        </p>
        <ErrorNote
          error={failure.value ?? model.failure.value}
          retry={() => {
            failure.value = null
            model.refresh().catch(() => null)
          }}
        />
      </Card>
      <Card
        title={list === null ? 'Subscribers' : `${list.length === 1 ? '1 subscriber' : `${list.length} subscribers`}`}
        flush
      >
        {list === null && (
          <div class='card-body'>
            <Progress label='Loading subscribers' />
          </div>
        )}
        {list?.length === 0 && (
          <EmptyState icon='people' title='No subscribers yet'>
            <p>
              Consumers find you in the catalogue as <b>{model.platform.session.user.value?.username}</b>. They appear
              here as soon as they subscribe.
            </p>
          </EmptyState>
        )}
        {list !== null && list.length > 0 && (
          <div class='table-wrap'>
            <table class='table'>
              <thead>
                <tr>
                  <th>Consumer</th>
                  <th>Status</th>
                  <th>Since</th>
                  <th>
                    <span class='visually-hidden'>Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list
                  .toSorted((a, b) => order[a.status] - order[b.status] || a.username.localeCompare(b.username))
                  .map(subscriber => (
                    <Row
                      key={subscriber.subscription_id}
                      subscriber={subscriber}
                      busy={busy.value === subscriber.subscription_id}
                      set={status => {
                        set(subscriber, status).catch(() => null)
                      }}
                    />
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </>
  )
}
