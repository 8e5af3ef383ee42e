import { ErrorNote } from '../../components/error-note.js'
import { Icon } from '../../components/icon.js'
import { EmptyState } from '../../components/empty-state.js'
import { Progress } from '../../components/progress.js'
import { SegmentedControl } from '../../components/segmented-control.js'
import { ViewHeader } from '../../components/view-header.js'
import { arrange, layout } from '../chart-layout.js'
import type { ConsumerModel } from '../consumer-model.js'
import { EventList } from './event-list.js'
import { DeviceCharts } from './device-charts.js'

const windows = [
  { value: 30_000, label: '30 s' },
  { value: 60_000, label: '1 min' },
  { value: 300_000, label: '5 min' },
  { value: 900_000, label: '15 min' }
]

const NoCharts = ({ model }: { model: ConsumerModel }) => {
  const subscriptions = [...model.subscriptions.value?.values() ?? []]
  const active = subscriptions.filter(({ status }) => status === 'active')
  const pending = subscriptions.filter(({ status }) => status === 'pending')
  if (active.length > 0) {
    return (
      <EmptyState icon='pulse' title='Waiting for data'>
        <p>
          You are subscribed to {active.map(({ producer_id: id }) => model.nameOf(id)).join(', ')}. A chart appears here
          for each numeric field of their messages.
        </p>
      </EmptyState>
    )
  }
  if (pending.length > 0) {
    return (
      <EmptyState icon='clock' title='Waiting for approval'>
        <p>
          {pending.map(({ producer_id: id }) => model.nameOf(id)).join(', ')}{' '}
          {pending.length === 1 ? 'approves' : 'approve'} subscribers manually. Charts appear here after approval.
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState icon='search' title='No subscriptions yet'>
      <p>Find a producer in the catalogue and subscribe. Live charts of its data appear here.</p>
      <a class='button primary' href='#/catalogue'>Browse producers</a>
    </EmptyState>
  )
}

/** A live chart of every numeric field, grouped by producer and device. */
export const Live = ({ model }: { model: ConsumerModel }) => {
  const groups = arrange(model.streams.groups.value, layout.value.order)
  return (
    <>
      <ViewHeader
        title='Live'
        actions={
          groups.length > 0 && (
            <SegmentedControl
              label='Time span'
              options={windows}
              value={layout.value.windowMs}
              onChange={windowMs => {
                layout.value = { ...layout.peek(), windowMs }
              }}
            />
          )
        }
      />
      <ErrorNote
        error={model.failure.value}
        retry={() => {
          model.refresh().catch((error: unknown) => {
            model.failure.value = error
          })
        }}
      />
      {!model.ready.value && <Progress label='Loading recent data' />}
      {model.ready.value && groups.length === 0 && (
        <section class='card'>
          <NoCharts model={model} />
        </section>
      )}
      {model.streams.overflowed.value && (
        <div class='note warn'>
          <Icon name='info' />
          <span>There are too many fields to chart; the first 200 are shown.</span>
        </div>
      )}
      <div class='groups'>
        {groups.map((group, index) => (
          <DeviceCharts key={group.key} group={group} model={model} index={index} keys={groups.map(({ key }) => key)} />
        ))}
      </div>
      {groups.length > 0 && <EventList model={model} />}
    </>
  )
}
