import type { CatalogueEntry, Subscription } from '@motience/schemas'
import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { confirm } from '../../components/confirm-dialog.js'
import { ErrorNote } from '../../components/error-note.js'
import { EmptyState } from '../../components/empty-state.js'
import { Progress } from '../../components/progress.js'
import { ViewHeader } from '../../components/view-header.js'
import { unwrap } from '../../session/api-error.js'
import type { ConsumerModel } from '../consumer-model.js'

const PAGE_LIMIT = 48
const DEBOUNCE_MS = 250

const badges = { active: ['ok', 'subscribed'], pending: ['warn', 'pending approval'] } as const

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
        'Its charts are removed. If you subscribe again, you can only read history from that time on.',
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

/** The searchable catalogue of producers. */
export const Catalogue = ({ model }: { model: ConsumerModel }) => {
  const search = useSignal('')
  const entries = useSignal<readonly CatalogueEntry[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const busy = useSignal(false)
  const failure = useSignal<unknown>(null)
  const requests = useRef(0)
  const debounce = useRef<ReturnType<typeof setTimeout>>()

  const load = async (more: boolean): Promise<void> => {
    const request = ++requests.current
    busy.value = true
    const query = {
      limit: PAGE_LIMIT,
      ...(search.peek() === '' ? {} : { q: search.peek() }),
      ...(more && cursor.peek() !== null ? { cursor: cursor.peek()! } : {})
    }
    try {
      const page = await unwrap(model.platform.ap.GET('/api/producers', { params: { query } }))
      if (request !== requests.current) return
      entries.value = more ? [...entries.peek() ?? [], ...page.items] : page.items
      cursor.value = page.next_cursor
      failure.value = null
      model.addNames(page.items)
    } catch (error) {
      if (request === requests.current) failure.value = error
    } finally {
      if (request === requests.current) busy.value = false
    }
  }
  useSignalEffect(() => {
    const isFirst = entries.peek() === null
    clearTimeout(debounce.current)
    debounce.current = setTimeout(
      () => {
        load(false).catch(() => null)
      },
      search.value === '' && isFirst ? 0 : DEBOUNCE_MS
    )
  })
  useEffect(() => () => { clearTimeout(debounce.current) }, [])

  return (
    <>
      <ViewHeader
        title='Producers'
        actions={
          <input
            class='input search'
            type='search'
            maxLength={64}
            placeholder='Search by username or device'
            aria-label='Search producers'
            value={search.value}
            onInput={event => {
              search.value = event.currentTarget.value.trim()
            }}
          />
        }
      >
        Subscribe to a producer to see its data live. Some producers approve subscribers manually.
      </ViewHeader>
      <ErrorNote error={failure.value} retry={() => { load(false).catch(() => null) }} />
      {busy.value && entries.value === null && <Progress label='Loading producers' />}
      {entries.value?.length === 0 && (
        <section class='card'>
          {search.value === ''
            ? (
              <EmptyState icon='device' title='No producers yet'>
                <p>Producers appear here as soon as they create an account on the producer page.</p>
              </EmptyState>
              )
            : (
              <EmptyState icon='search' title={`No producers match “${search.value}”`}>
                <p>Search by part of the username or device name.</p>
                <button
                  type='button'
                  class='button'
                  onClick={() => {
                    search.value = ''
                  }}
                >
                  Show all producers
                </button>
              </EmptyState>
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
            load(true).catch(() => null)
          }}
        >
          {busy.value ? 'Loading' : 'Show more'}
        </button>
      )}
    </>
  )
}
