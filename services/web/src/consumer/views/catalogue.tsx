import type { CatalogueEntry, Subscription } from '@motience/schemas'
import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { confirm } from '../../parts/confirm.js'
import { Failure } from '../../parts/failure.js'
import { Empty, Progress, ViewHead } from '../../parts/pieces.js'
import { answered } from '../../session/answer.js'
import type { ConsumerModel } from '../model.js'

const PAGE_LIMIT = 48
const TYPING_MS = 250

const badges = { active: ['ok', 'subscribed'], pending: ['warn', 'waits for approval'] } as const

const ProducerCard = ({
  entry, subscription, model, onFailure
}: {
  entry: CatalogueEntry
  subscription: Subscription | undefined
  model: ConsumerModel
  onFailure: (error: unknown) => void
}) => {
  const busy = useSignal(false)
  const status = subscription?.status === 'inactive' ? undefined : subscription?.status
  const act = async (): Promise<void> => {
    if (
      status === 'active' &&
      !(await confirm(
        `Unsubscribe from ${entry.username}?`,
        'Its charts go away here. What is kept in history can be read again once you subscribe anew, from then on.',
        'Unsubscribe'
      ))
    ) { return }
    busy.value = true
    onFailure(null)
    try {
      await (status === undefined ? model.subscribe(entry.id) : model.unsubscribe(entry.id))
    } catch (error) {
      onFailure(error)
    } finally {
      busy.value = false
    }
  }
  return (
    <article class='card producer-card' aria-label={entry.username}>
      <div class='row wide top'>
        <span class='avatar' aria-hidden='true'>{entry.username.slice(0, 2)}</span>
        <div class='grow'>
          <h3 class='truncate'>{entry.username}</h3>
          <p class='small quiet truncate'>{entry.device_id ?? `producer ${entry.id}`}</p>
        </div>
        {status !== undefined && <span class={`badge ${badges[status][0]}`}>{badges[status][1]}</span>}
      </div>
      <div class='row between'>
        <span class='hint'>since {new Date(entry.created_at).toLocaleDateString('en', { dateStyle: 'medium' })}</span>
        <div class='row'>
          {status === 'active' && (
            <a class='button compact' href='#/'>
              Charts
            </a>
          )}
          <button
            type='button'
            class={`button compact ${status === undefined ? 'primary' : ''}`}
            disabled={busy.value}
            onClick={() => {
              act().catch(() => null)
            }}
          >
            {status === undefined ? 'Subscribe' : status === 'active' ? 'Unsubscribe' : 'Withdraw'}
            <span class='visually-hidden'> {entry.username}</span>
          </button>
        </div>
      </div>
    </article>
  )
}

/** Every producer that there is, to be searched and subscribed to. */
export const Catalogue = ({ model }: { model: ConsumerModel }) => {
  const search = useSignal('')
  const entries = useSignal<readonly CatalogueEntry[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const busy = useSignal(false)
  const failure = useSignal<unknown>(null)
  const asked = useRef(0)
  const typing = useRef<ReturnType<typeof setTimeout>>()

  const read = async (more: boolean): Promise<void> => {
    const ask = ++asked.current
    busy.value = true
    const query = {
      limit: PAGE_LIMIT,
      ...(search.peek() === '' ? {} : { q: search.peek() }),
      ...(more && cursor.peek() !== null ? { cursor: cursor.peek()! } : {})
    }
    try {
      const page = await answered(model.platform.ap.GET('/api/producers', { params: { query } }))
      if (ask !== asked.current) return
      entries.value = more ? [...entries.peek() ?? [], ...page.items] : page.items
      cursor.value = page.next_cursor
      failure.value = null
      model.learn(page.items)
    } catch (error) {
      if (ask === asked.current) failure.value = error
    } finally {
      if (ask === asked.current) busy.value = false
    }
  }
  useSignalEffect(() => {
    const isFirst = entries.peek() === null
    clearTimeout(typing.current)
    typing.current = setTimeout(() => { read(false).catch(() => null) }, search.value === '' && isFirst ? 0 : TYPING_MS)
  })
  useEffect(() => () => { clearTimeout(typing.current) }, [])

  return (
    <>
      <ViewHead
        title='Producers'
        actions={
          <input
            class='input search'
            type='search'
            maxLength={64}
            placeholder='Search by name or device'
            aria-label='Search producers'
            value={search.value}
            onInput={event => {
              search.value = event.currentTarget.value.trim()
            }}
          />
        }
      >
        Subscribe to see a producer's numbers live. Some approve their subscribers by hand.
      </ViewHead>
      <Failure error={failure.value} retry={() => { read(false).catch(() => null) }} />
      {busy.value && entries.value === null && <Progress label='Reading the catalogue' />}
      {entries.value?.length === 0 && (
        <section class='card'>
          {search.value === ''
            ? (
              <Empty icon='device' title='No producer has signed up yet'>
                <p>As soon as someone signs up on the producer's page, or connects a device, they are listed here.</p>
              </Empty>
              )
            : (
              <Empty icon='search' title={`Nothing is called “${search.value}”`}>
                <p>Search by a part of the name or of the device.</p>
                <button
                  type='button'
                  class='button'
                  onClick={() => {
                    search.value = ''
                  }}
                >
                  Show all producers
                </button>
              </Empty>
              )}
        </section>
      )}
      <div class='producers'>
        {entries.value?.map(entry => (
          <ProducerCard
            key={entry.id}
            entry={entry}
            subscription={model.subscriptions.value?.get(entry.id)}
            model={model}
            onFailure={error => {
              failure.value = error
            }}
          />
        ))}
      </div>
      {cursor.value !== null && (
        <button
          type='button'
          class='button'
          disabled={busy.value}
          onClick={() => {
            read(true).catch(() => null)
          }}
        >
          {busy.value ? 'Reading' : 'Show more'}
        </button>
      )}
    </>
  )
}
