import { now } from '../../components/clock.js'
import { Icon } from '../../components/icon.js'
import { Card } from '../../components/card.js'
import { EmptyState } from '../../components/empty-state.js'
import { ViewHeader } from '../../components/view-header.js'
import { describeRule, type AlertRule } from '../../series/alert-engine.js'
import { formatSpan, formatTime, formatValue } from '../../series/format.js'
import type { ConsumerModel } from '../consumer-model.js'
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
                firing for {formatSpan(now.value - (state?.since ?? now.value))}
                {state?.value != null && ` · ${formatValue(state.value)}`}
              </span>
              )
            : (
              <span class='badge ok'>OK</span>
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

/** Alert rules, evaluated while this page is open, and their history. */
export const Alerts = ({ model }: { model: ConsumerModel }) => {
  const { alerts } = model
  return (
    <>
      <ViewHeader
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
        Rules are stored in this browser and evaluated while the page is open, even in the background.
      </ViewHeader>
      <AlertForm model={model} />
      <Card title='Rules' flush>
        {alerts.rules.value.length === 0
          ? (
            <EmptyState icon='bell' title='No rules yet'>
              <p>
                Get an alert when a value rises above or falls below a threshold, or when a device stops sending.
              </p>
            </EmptyState>
            )
          : (
            <div class='table-wrap'>
              <table class='table'>
                <thead>
                  <tr>
                    <th>Source</th>
                    <th>Condition</th>
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
          title='History'
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
          <ol class='event-list'>
            {alerts.entries.value.slice(0, 40).map(entry => (
              <li key={entry.id} class='event'>
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
