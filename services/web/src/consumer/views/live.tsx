import { Failure } from '../../parts/failure.js'
import { Icon } from '../../parts/icon.js'
import { Empty, Progress, Segments, ViewHead } from '../../parts/pieces.js'
import { arrange, layout } from '../layout.js'
import type { ConsumerModel } from '../model.js'
import { EventList } from './event-list.js'
import { GroupView } from './group.js'

const windows = [
  { value: 30_000, label: '30 s' },
  { value: 60_000, label: '1 min' },
  { value: 300_000, label: '5 min' },
  { value: 900_000, label: '15 min' }
]

const Nothing = ({ model }: { model: ConsumerModel }) => {
  const subscriptions = [...model.subscriptions.value?.values() ?? []]
  const active = subscriptions.filter(({ status }) => status === 'active')
  const pending = subscriptions.filter(({ status }) => status === 'pending')
  if (active.length > 0) {
    return (
      <Empty icon='pulse' title='Waiting for the first numbers'>
        <p>
          You are subscribed to {active.map(({ producer_id: id }) => model.nameOf(id)).join(', ')}. Each number in their
          messages becomes a chart here as soon as it comes.
        </p>
      </Empty>
    )
  }
  if (pending.length > 0) {
    return (
      <Empty icon='clock' title='Waiting for an approval'>
        <p>
          {pending.map(({ producer_id: id }) => model.nameOf(id)).join(', ')}{' '}
          {pending.length === 1 ? 'approves' : 'approve'} subscribers by hand. Charts appear here once you are let in.
        </p>
      </Empty>
    )
  }
  return (
    <Empty icon='search' title='No producer yet'>
      <p>Find a producer in the catalogue and subscribe. Its numbers become live charts here by themselves.</p>
      <a class='button primary' href='#/catalogue'>Browse the producers</a>
    </Empty>
  )
}

/** Every number that comes, as a chart, by producer and device. */
export const Live = ({ model }: { model: ConsumerModel }) => {
  const groups = arrange(model.streams.groups.value, layout.value.order)
  return (
    <>
      <ViewHead
        title='Live'
        actions={
          groups.length > 0 && (
            <Segments
              label='Span of time'
              options={windows}
              value={layout.value.windowMs}
              onChange={windowMs => {
                layout.value = { ...layout.peek(), windowMs }
              }}
            />
          )
        }
      />
      <Failure
        error={model.failure.value}
        retry={() => {
          model.refresh().catch((error: unknown) => {
            model.failure.value = error
          })
        }}
      />
      {!model.ready.value && <Progress label='Reading the last minutes' />}
      {model.ready.value && groups.length === 0 && (
        <section class='card'>
          <Nothing model={model} />
        </section>
      )}
      {model.streams.overflowed.value && (
        <div class='note warn'>
          <Icon name='info' />
          <span>There are more numbers than charts can be drawn for; the first 200 are shown.</span>
        </div>
      )}
      <div class='groups'>
        {groups.map((group, index) => (
          <GroupView key={group.key} group={group} model={model} index={index} keys={groups.map(({ key }) => key)} />
        ))}
      </div>
      {groups.length > 0 && <EventList model={model} />}
    </>
  )
}
