import { useSignal } from '@preact/signals'
import { DEVICE_ID_HINT, DEVICE_ID_PATTERN } from '../../components/device-id.js'
import { CodeBlock, CopyButton } from '../../components/copy-button.js'
import { Card } from '../../components/card.js'
import { SegmentedControl } from '../../components/segmented-control.js'
import { ViewHeader } from '../../components/view-header.js'
import { persistentSignal } from '../../session/persistent-signal.js'
import { deviceCommands } from '../device-commands.js'
import type { ProducerModel } from '../producer-model.js'

const selected = persistentSignal('motience.producer.command', 'Agent', value => typeof value === 'string')

/** Commands that connect a device to this account. */
export const Connect = ({ model: { platform, producerId } }: { model: ProducerModel }) => {
  const user = platform.session.user.value
  const deviceId = useSignal(user?.device_id ?? 'device-1')
  if (user === null) return null
  const commands = deviceCommands({
    username: user.username,
    deviceId: deviceId.value || 'device-1',
    authUrl: platform.config.ap_url,
    websocketUrl: platform.config.websocket_url
  })
  const command = commands.find(({ name }) => name === selected.value) ?? commands[0]!
  const values = [
    ['Account', user.username],
    ['Producer id', String(producerId)],
    ['AP URL (AUTH_URL)', platform.config.ap_url],
    ['WebSocket URL (WEBSOCKET_URL)', platform.config.websocket_url]
  ] as const
  return (
    <>
      <ViewHeader title='Connect a device'>
        The command prompts for your password; it is not part of the command.
      </ViewHeader>
      <Card
        title='Command'
        actions={
          <SegmentedControl
            label='Method'
            value={command.name}
            options={commands.map(({ name }) => ({ value: name, label: name }))}
            onChange={name => {
              selected.value = name
            }}
          />
        }
      >
        <div class='field'>
          <label class='label' for='device-name'>
            Device name
          </label>
          <input
            class='input'
            id='device-name'
            value={deviceId.value}
            maxLength={64}
            pattern={DEVICE_ID_PATTERN}
            title={DEVICE_ID_HINT}
            onInput={event => {
              if (event.currentTarget.validity.valid) deviceId.value = event.currentTarget.value
            }}
          />
          <span class='hint'>
            Consumers see the device's data under this name. Several devices can share an account.
          </span>
        </div>
        <p class='small quiet'>{command.description}</p>
        <CodeBlock text={command.text} label={`Command for ${command.name}`} />
      </Card>
      <Card title='Values' flush>
        <table class='table'>
          <tbody>
            {values.map(([name, value]) => (
              <tr key={name}>
                <th scope='row'>{name}</th>
                <td class='mono'>{value}</td>
                <td class='number'>
                  <CopyButton text={value} label={`Copy ${name}`} compact />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    </>
  )
}
