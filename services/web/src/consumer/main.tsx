import { useEffect, useMemo } from 'preact/hooks'
import '../design/index.css'
import { now } from '../components/clock.js'
import { route } from '../components/router.js'
import { Shell, type ConnectionStatus } from '../components/shell.js'
import { startPage } from '../components/start-page.js'
import { formatSpan, retryText } from '../series/format.js'
import type { Platform } from '../session/platform.js'
import { ConsumerModel } from './consumer-model.js'
import { Alerts } from './views/alerts.js'
import { Catalogue } from './views/catalogue.js'
import { History } from './views/history.js'
import { Live } from './views/live.js'
import { Messages } from './views/messages.js'

const connectionStatus = (model: ConsumerModel): ConnectionStatus => {
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
        text: retryText(reason || 'Connection lost', at + (retryInMs ?? 0) - now.value)
      }
    case 'stopped':
      return { tone: 'bad', text: reason || 'Connection refused' }
  }
}

const Facts = ({ model }: { model: ConsumerModel }) => {
  const expiresAt = model.platform.session.expiresAt.value
  const subscriptions = [...model.subscriptions.value?.values() ?? []].filter(({ status }) => status === 'active')
  const rate =
    now.value > 0 ? subscriptions.reduce((sum, { producer_id: id }) => sum + model.streams.rate(id), 0) : 0
  return (
    <>
      <span>
        <b class='nowrap'>{rate < 10 ? rate.toFixed(1) : Math.round(rate)}</b> msg/s
      </span>
      <span class='optional'>
        Token <b class='nowrap'>{expiresAt === null ? '–' : formatSpan(expiresAt - now.value)}</b>
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
      platform={platform} status={connectionStatus(model)} facts={<Facts model={model} />} nav={[
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
