import { useEffect, useMemo } from 'preact/hooks'
import '../design/index.css'
import { now } from '../components/clock.js'
import { route } from '../components/router.js'
import { Shell, type ConnectionStatus } from '../components/shell.js'
import { startPage } from '../components/start-page.js'
import { formatMs, formatSpan, retryText } from '../series/format.js'
import type { Platform } from '../session/platform.js'
import { ProducerModel } from './producer-model.js'
import { Connect } from './views/connect.js'
import { Overview } from './views/overview.js'
import { Send } from './views/send.js'
import { Subscribers } from './views/subscribers.js'

const connectionStatus = ({ connection }: ProducerModel): ConnectionStatus => {
  const retryAt = connection.retryAt.value
  switch (connection.state.value) {
    case 'open':
      return { tone: 'ok', text: 'Connected' }
    case 'connecting':
      return { tone: 'warn', text: 'Connecting' }
    case 'waiting':
      return {
        tone: 'warn',
        text: retryText(connection.reason.value, (retryAt ?? 0) - now.value)
      }
    case 'stopped':
      return { tone: 'bad', text: connection.reason.value || 'Connection refused' }
    case 'closed':
      return { tone: 'bad', text: 'Disconnected' }
  }
}

const Facts = ({ model }: { model: ProducerModel }) => {
  const expiresAt = model.platform.session.expiresAt.value
  return (
    <>
      <span>
        <span class='optional'>Round trip </span>
        <b class='nowrap'>{formatMs(model.connection.roundTripMs.value)}</b>
      </span>
      <span class='optional'>
        Token <b class='nowrap'>{expiresAt === null ? '–' : formatSpan(expiresAt - now.value)}</b>
      </span>
    </>
  )
}

const views = { '': Overview, send: Send, subscribers: Subscribers, connect: Connect }

const ProducerPage = ({ platform, producerId }: { platform: Platform, producerId: number }) => {
  const model = useMemo(() => new ProducerModel(platform, producerId), [platform, producerId])
  useEffect(() => () => { model.close() }, [model])
  const pending = model.subscribers.value?.filter(subscriber => subscriber.status === 'pending').length ?? 0
  const View = views[route.value as keyof typeof views] ?? Overview
  return (
    <Shell
      platform={platform} status={connectionStatus(model)} facts={<Facts model={model} />} nav={[
        { path: '', label: 'Overview', icon: 'chart' },
        { path: 'send', label: 'Send', icon: 'send' },
        { path: 'subscribers', label: 'Subscribers', icon: 'people', badge: pending },
        { path: 'connect', label: 'Device', icon: 'device' }
      ]}
    >
      <View model={model} />
    </Shell>
  )
}

startPage('producer', platform => <ProducerPage platform={platform} producerId={platform.session.user.value!.id} />)
