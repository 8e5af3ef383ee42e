import { seconds } from '../../parts/clock.js'
import { Icon } from '../../parts/icon.js'
import { Card, Empty, ViewHead } from '../../parts/pieces.js'
import { describeRule, type AlertRule } from '../../series/alerts.js'
import { formatSpan, formatTime, formatValue } from '../../series/format.js'
import type { ConsumerModel } from '../model.js'
import { AlertForm } from './alert-form.js'

const RuleRow = ({ rule, model }: { rule: AlertRule, model: ConsumerModel }) => {
  const { alerts } = model
  const firing = alerts.firing.value.has(rule.id)
  const state = alerts.engine.state(rule.id)
  const name = `${model.nameOf(rule.producerId)}, ${describeRule(rule)}`
  return (
    <tr>
      <td><b>{model.nameOf(rule.producerId)}</b><br /><span class='quiet'>{rule.deviceId ?? 'any device'}</span></td>
      <td>{describeRule(rule)}</td>
      <td>
        {!rule.enabled
          ? <span class='badge'>off</span>
          : firing
            ? (
              <span class='badge bad'>
                alert for {formatSpan(seconds.value - (state?.since ?? seconds.value))}
                {state?.value != null && ` · ${formatValue(state.value)}`}
              </span>
              )
            : (
              <span class='badge ok'>watching</span>
              )}
      </td>
      <td>
        <div class='row end'>
          <button
            type='button'
            class='button compact'
            aria-label={`${rule.enabled ? 'Turn off' : 'Turn on'}: ${name}`}
            onClick={() => {
              alerts.set(
                alerts.rules.peek().map(other => (other.id === rule.id ? { ...rule, enabled: !rule.enabled } : other))
              )
            }}
          >
            {rule.enabled ? 'Turn off' : 'Turn on'}
          </button>
          <button
            type='button'
            class='button plain compact icon'
            aria-label={`Remove: ${name}`}
            onClick={() => {
              alerts.set(alerts.rules.peek().filter(other => other.id !== rule.id))
            }}
          >
            <Icon name='trash' />
          </button>
        </div>
      </td>
    </tr>
  )
}

/** Rules that watch the numbers while this page is open. */
export const Alerts = ({ model }: { model: ConsumerModel }) => {
  const { alerts } = model
  return (
    <>
      <ViewHead
        title='Alerts'
        actions={
          alerts.permission.value === 'granted'
            ? (
              <span class='badge ok'>
                <span class='dot ok' />
                notifications on
              </span>
              )
            : (
              <button
                type='button'
                class='button'
                disabled={alerts.permission.value === 'denied'}
                onClick={() => {
                  alerts.allowNotifications().catch(() => null)
                }}
              >
                <Icon name='bell' />
                {alerts.permission.value === 'denied' ? 'Notifications are blocked' : 'Allow notifications'}
              </button>
              )
        }
      >
        Rules are kept in this browser and watch for as long as the page is open, in the background too.
      </ViewHead>
      <AlertForm model={model} />
      <Card title='Rules' flush>
        {alerts.rules.value.length === 0
          ? (
            <Empty icon='bell' title='No rule yet'>
              <p>
                Say above which a number may not rise, below which it may not fall, or for how long a device may be
                silent.
              </p>
            </Empty>
            )
          : (
            <div class='table-wrap'>
              <table class='table'>
                <thead>
                  <tr>
                    <th>Where</th>
                    <th>When</th>
                    <th>State</th>
                    <th>
                      <span class='visually-hidden'>Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {alerts.rules.value.map(rule => (
                    <RuleRow key={rule.id} rule={rule} model={model} />
                  ))}
                </tbody>
              </table>
            </div>
            )}
      </Card>
      {alerts.entries.value.length > 0 && (
        <Card
          title='What was found'
          flush
          actions={
            <button
              type='button'
              class='button compact'
              onClick={() => {
                alerts.entries.value = []
              }}
            >
              Clear
            </button>
          }
        >
          <ol class='marks'>
            {alerts.entries.value.slice(0, 40).map(entry => (
              <li key={entry.id} class='mark'>
                <time>{formatTime(entry.time).slice(0, 8)}</time>
                <span class={`dot ${entry.firing ? 'bad' : 'ok'}`} aria-hidden='true' />
                <span>{entry.text}</span>
              </li>
            ))}
          </ol>
        </Card>
      )}
    </>
  )
}
