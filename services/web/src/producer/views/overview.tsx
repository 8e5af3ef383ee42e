import { Card, Empty, Fact, ViewHead } from '../../parts/pieces.js'
import { formatMs } from '../../series/format.js'
import type { ProducerModel } from '../model.js'
import { LastHour } from './last-hour.js'
import { Receipts } from './receipts.js'

/** How it goes: the connection, what was acknowledged, and the last hour of it. */
export const Overview = ({ model }: { model: ProducerModel }) => {
  const { connection, rates } = model
  const active = model.subscribers.value?.filter(subscriber => subscriber.status === 'active').length
  const latency = rates.latency.value
  const last = rates.lastOffset.value
  const isOpen = connection.state.value === 'open'
  return (
    <>
      <ViewHead
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
        What this page has sent since it was opened, and what all your devices sent in the last hour.
      </ViewHead>
      <dl class='facts-grid'>
        <Fact name='Acknowledged' after={`${rates.refused.value} refused`}>
          {rates.acked.value.toLocaleString('en')}
        </Fact>
        <Fact name='Rate' after='acknowledged, last 5 s'>
          {rates.perSecond.value.toFixed(1)}
          <small>/s</small>
        </Fact>
        <Fact name='Latency' after={`95 % below ${formatMs(latency.p95)}`}>
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
        <Fact name='Last offset' after={last === null ? 'nothing sent yet' : `epoch ${last.epoch}`}>
          {last === null ? '–' : last.offset.toLocaleString('en')}
        </Fact>
        <Fact name='Subscribers' after={<a href='#/subscribers'>manage</a>}>
          {active ?? '–'}
        </Fact>
        <Fact
          name='In flight'
          after={
            connection.welcome.value === null ? 'not connected' : `at most ${connection.welcome.value.max_in_flight}`
          }
        >
          {model.waiting.value}
        </Fact>
      </dl>
      <LastHour model={model} />
      <Card title='Latest acknowledgements' flush actions={<a class='button compact' href='#/send'>Send a message</a>}>
        {model.receipts.value.length === 0
          ? (
            <Empty icon='send' title='Nothing was sent from here yet'>
              <p>Compose a message, or let the generator make some.</p>
              <a class='button primary' href='#/send'>
                Compose a message
              </a>
            </Empty>
            )
          : (
            <Receipts receipts={model.receipts.value.slice(0, 8)} />
            )}
      </Card>
    </>
  )
}
