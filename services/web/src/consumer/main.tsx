import { useEffect, useMemo } from 'preact/hooks'
import '../design/index.css'
import { seconds } from '../parts/clock.js'
import { route } from '../parts/router.js'
import { Shell, type LinkView } from '../parts/shell.js'
import { startPage } from '../parts/start.js'
import { formatSpan } from '../series/format.js'
import type { Platform } from '../session/platform.js'
import { ConsumerModel } from './model.js'
import { Alerts } from './views/alerts.js'
import { Catalogue } from './views/catalogue.js'
import { History } from './views/history.js'
import { Live } from './views/live.js'
import { Messages } from './views/messages.js'

const linkView = (model: ConsumerModel): LinkView => {
  const { state, reason, retryInMs, at } = model.state.value
  switch (state) {
    case 'open':
      return { tone: 'ok', text: 'Live' }
    case 'connecting':
      return { tone: 'warn', text: 'Connecting' }
    case 'paused':
      return { tone: 'warn', text: 'Catching up' }
    case 'waiting':
      return {
        tone: 'warn',
        text: `${reason || 'Connection lost'}; again in ${formatSpan(Math.max(0, at + (retryInMs ?? 0) - seconds.value))}`
      }
    case 'stopped':
      return { tone: 'bad', text: reason || 'Not allowed to connect' }
  }
}

const Facts = ({ model }: { model: ConsumerModel }) => {
  const expiresAt = model.platform.session.expiresAt.value
  const subscriptions = [...model.subscriptions.value?.values() ?? []].filter(({ status }) => status === 'active')
  const rate =
    seconds.value > 0 ? subscriptions.reduce((sum, { producer_id: id }) => sum + model.streams.rate(id), 0) : 0
  return (
    <>
      <span>
        <b class='nowrap'>{rate < 10 ? rate.toFixed(1) : Math.round(rate)}</b> msg/s
      </span>
      <span class='optional'>
        Token <b class='nowrap'>{expiresAt === null ? '–' : formatSpan(expiresAt - seconds.value)}</b>
      </span>
    </>
  )
}

const views = { '': Live, catalogue: Catalogue, messages: Messages, history: History, alerts: Alerts }

const ConsumerPage = ({ platform, consumerId }: { platform: Platform, consumerId: number }) => {
  const model = useMemo(() => new ConsumerModel(platform, consumerId), [platform, consumerId])
  useEffect(() => () => { model.close() }, [model])
  const View = views[route.value as keyof typeof views] ?? Live
  return (
    <Shell
      platform={platform} link={linkView(model)} facts={<Facts model={model} />} nav={[
        { path: '', label: 'Live', icon: 'pulse' },
        { path: 'catalogue', label: 'Producers', icon: 'search' },
        { path: 'messages', label: 'Messages', icon: 'list' },
        { path: 'history', label: 'History', icon: 'clock' },
        { path: 'alerts', label: 'Alerts', icon: 'bell', badge: model.alerts.firing.value.size }
      ]}
    >
      <View model={model} />
    </Shell>
  )
}

startPage('consumer', platform => <ConsumerPage platform={platform} consumerId={platform.session.user.value!.id} />)
