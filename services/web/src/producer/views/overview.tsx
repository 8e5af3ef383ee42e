import { Card } from '../../components/card.js'
import { EmptyState } from '../../components/empty-state.js'
import { Fact } from '../../components/fact.js'
import { ViewHeader } from '../../components/view-header.js'
import { formatMs } from '../../series/format.js'
import type { ProducerModel } from '../producer-model.js'
import { LastHour } from './last-hour.js'
import { Receipts } from './receipts.js'

/** Statistics, the last hour of data, and the latest acknowledgements. */
export const Overview = ({ model }: { model: ProducerModel }) => {
  const { connection, stats } = model
  const active = model.subscribers.value?.filter(subscriber => subscriber.status === 'active').length
  const latency = stats.latency.value
  const last = stats.lastOffset.value
  const isOpen = connection.state.value === 'open'
  return (
    <>
      <ViewHeader
        title='Overview'
        actions={
          isOpen || connection.state.value === 'connecting' || connection.state.value === 'waiting'
            ? (
              <button
                type='button'
                class='button'
                onClick={() => {
                  connection.disconnect()
                }}
              >
                Disconnect
              </button>
              )
            : (
              <button
                type='button'
                class='button primary'
                onClick={() => {
                  connection.connect()
                }}
              >
                Connect
              </button>
              )
        }
      >
        Messages sent from this page since it was opened, and data from all your devices in the last hour.
      </ViewHeader>
      <dl class='facts-grid'>
        <Fact name='Acknowledged' after={`${stats.rejected.value} rejected`}>
          {stats.acked.value.toLocaleString('en')}
        </Fact>
        <Fact name='Rate' after='acks, last 5 s'>
          {stats.perSecond.value.toFixed(1)}
          <small>/s</small>
        </Fact>
        <Fact name='Latency' after={`95th percentile ${formatMs(latency.p95)}`}>
          {latency.p50 === null
            ? (
                '–'
              )
            : (
              <>
                {latency.p50.toFixed(latency.p50 < 10 ? 1 : 0)}
                <small>ms</small>
              </>
              )}
        </Fact>
        <Fact name='Last offset' after={last === null ? 'no message sent yet' : `epoch ${last.epoch}`}>
          {last === null ? '–' : last.offset.toLocaleString('en')}
        </Fact>
        <Fact name='Subscribers' after={<a href='#/subscribers'>manage</a>}>
          {active ?? '–'}
        </Fact>
        <Fact
          name='Unacknowledged'
          after={
            connection.welcome.value === null
              ? 'not connected'
              : `${connection.welcome.value.max_in_flight} in flight at most`
          }
        >
          {model.unacknowledged.value}
        </Fact>
      </dl>
      <LastHour model={model} />
      <Card
        title='Latest acknowledgements'
        flush
        actions={
          <a class='button compact' href='#/send'>
            Send a message
          </a>
        }
      >
        {model.receipts.value.length === 0
          ? (
            <EmptyState icon='send' title='No messages sent yet'>
              <p>Compose a message, or use the sample generator.</p>
              <a class='button primary' href='#/send'>
                Compose a message
              </a>
            </EmptyState>
            )
          : (
            <Receipts receipts={model.receipts.value.slice(0, 8)} />
            )}
      </Card>
    </>
  )
}
