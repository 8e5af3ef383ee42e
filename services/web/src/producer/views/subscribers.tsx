import type { Subscriber } from '@motience/schemas'
import { useSignal } from '@preact/signals'
import { confirm } from '../../parts/confirm.js'
import { Failure } from '../../parts/failure.js'
import { Card, Empty, Progress, Segments, ViewHead } from '../../parts/pieces.js'
import { toast } from '../../parts/toasts.js'
import type { ProducerModel } from '../model.js'

const order = { pending: 0, active: 1, inactive: 2 }
const tones = { pending: 'warn', active: 'ok', inactive: '' }
const names = { pending: 'waits for you', active: 'active', inactive: 'ended' }

const when = (time: string | null): string =>
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
      <td class='quiet nowrap'>{when(subscriber.activated_at)}</td>
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
              Refuse<span class='visually-hidden'> {username}</span>
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
              Let in again<span class='visually-hidden'> {username}</span>
            </button>
          )}
        </div>
      </td>
    </tr>
  )
}

/** Who gets this producer's data, and who decides about it. */
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
        `${username} sees nothing that is accepted from then on. What they have seen before stays with them.`,
        'Revoke'
      ))
    ) { return }
    busy.value = id
    failure.value = null
    try {
      await model.setStatus(id, status)
      toast(
        status === 'active'
          ? `${username} gets your data now`
          : before === 'pending'
            ? `${username} was refused`
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
      <ViewHead title='Subscribers'>
        A revocation is exact: once it is confirmed here, nothing that the platform accepts afterwards reaches that
        consumer.
      </ViewHead>
      <Card
        title='New subscriptions'
        actions={
          policy !== null && (
            <Segments
              label='How new subscriptions are approved'
              value={policy}
              options={[
                { value: 'automatic', label: 'Let everyone in' },
                { value: 'manual', label: 'Ask me first' }
              ]}
              onChange={approval => {
                model.setPolicy(approval).then(
                  () => {
                    toast(
                      approval === 'manual'
                        ? 'New subscribers wait for your approval'
                        : 'New subscribers are let in at once',
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
            ? 'New subscribers wait until you approve them. Those who are in stay in.'
            : 'Whoever subscribes gets your data at once. You can revoke anyone at any time.'}
        </p>
        <Failure
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
            <Progress label='Reading who subscribes' />
          </div>
        )}
        {list?.length === 0 && (
          <Empty icon='people' title='Nobody subscribes yet'>
            <p>
              Consumers find you in their catalogue as <b>{model.platform.session.user.value?.username}</b>. They show
              up here as soon as they subscribe.
            </p>
          </Empty>
        )}
        {list !== null && list.length > 0 && (
          <div class='table-wrap'>
            <table class='table'>
              <thead>
                <tr>
                  <th>Consumer</th>
                  <th>State</th>
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
