import { useSignal } from '@preact/signals'
import { Code, CopyButton } from '../../parts/copy.js'
import { Card, Segments, ViewHead } from '../../parts/pieces.js'
import { kept } from '../../session/kept.js'
import { deviceCommands } from '../device-commands.js'
import type { ProducerModel } from '../model.js'

const way = kept('motience.producer.way', 'Agent', value => typeof value === 'string')

/** How a device connects: what to type, with this account's values. */
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
  const command = commands.find(({ name }) => name === way.value) ?? commands[0]!
  const values = [
    ['Account', user.username],
    ['Producer id', String(producerId)],
    ['Sign-in (AUTH_URL)', platform.config.ap_url],
    ['WebSocket (WEBSOCKET_URL)', platform.config.websocket_url]
  ] as const
  return (
    <>
      <ViewHead title='Connect a device'>
        Your password is asked for where the command runs; it is in none of these lines.
      </ViewHead>
      <Card
        title='Command'
        actions={
          <Segments
            label='Way to connect'
            value={command.name}
            options={commands.map(({ name }) => ({ value: name, label: name }))}
            onChange={name => {
              way.value = name
            }}
          />
        }
      >
        <div class='field'>
          <label class='label' for='device-name'>
            Name of the device
          </label>
          <input
            class='input'
            id='device-name'
            value={deviceId.value}
            maxLength={64}
            pattern='[A-Za-z0-9._:@/+\-]+'
            onInput={event => {
              if (event.currentTarget.validity.valid) deviceId.value = event.currentTarget.value
            }}
          />
          <span class='hint'>
            Consumers see its numbers under this name. Any number of devices can share this account.
          </span>
        </div>
        <p class='small quiet'>{command.about}</p>
        <Code text={command.text} label={`Command for ${command.name}`} />
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
