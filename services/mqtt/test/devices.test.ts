import t from 'tap'
import { accepted, connect, start, ways } from './support/start.js'

/**
 * Messages as the documentation of these programs shows them, with their topics below `devices/<device>/`. They speak
 * MQTT 3.1.1 and publish states as retained messages.
 */
const programs: Record<string, [topic: string, payload: string, expected: object | null][]> = {
  ESPHome: [
    ['devices/livingroom/status', 'online', { status: 'online' }],
    ['devices/livingroom/sensor/temperature/state', '21.4', { 'sensor/temperature/state': 21.4 }],
    ['devices/livingroom/sensor/humidity/state', 'nan', { 'sensor/humidity/state': 'nan' }],
    ['devices/livingroom/switch/relay/state', 'ON', { 'switch/relay/state': 'ON' }],
    [
      'devices/livingroom/light/lamp/state',
      '{"color_mode":"rgb","state":"ON","brightness":255,"color":{"r":255,"g":128,"b":0}}',
      { color_mode: 'rgb', state: 'ON', brightness: 255, color: { r: 255, g: 128, b: 0 } }
    ],
    ['devices/livingroom/debug', '\u001b[0;36m[D][sensor:094]: \'T\': Sending state 21.4\u001b[0m', {
      debug: '\u001b[0;36m[D][sensor:094]: \'T\': Sending state 21.4\u001b[0m'
    }],
    ['homeassistant/sensor/livingroom/temperature/config', '{"dev_cla":"temperature","unit_of_meas":"°C"}', null]
  ],
  Tasmota: [
    ['devices/plug/tele/LWT', 'Online', { 'tele/LWT': 'Online' }],
    ['devices/plug/stat/POWER', 'ON', { 'stat/POWER': 'ON' }],
    ['devices/plug/stat/RESULT', '{"POWER":"ON"}', { POWER: 'ON' }],
    [
      'devices/plug/tele/STATE',
      '{"Time":"2019-11-03T20:45:37","Uptime":"1T17:17:07","Heap":27,"SleepMode":"Dynamic","POWER":"ON",' +
        '"Wifi":{"AP":1,"SSId":"indebuurt_IoT","BSSId":"00:11:22:33:44:55","Channel":11,"RSSI":78}}',
      {
        Time: '2019-11-03T20:45:37',
        Uptime: '1T17:17:07',
        Heap: 27,
        SleepMode: 'Dynamic',
        POWER: 'ON',
        Wifi: { AP: 1, SSId: 'indebuurt_IoT', BSSId: '00:11:22:33:44:55', Channel: 11, RSSI: 78 }
      }
    ],
    [
      'devices/plug/tele/SENSOR',
      '{"Time":"2018-11-01T23:01:00","ENERGY":{"Total":0.005,"Power":4,"Factor":0.12,"Voltage":221,"Current":0.02}}',
      { Time: '2018-11-01T23:01:00', ENERGY: { Total: 0.005, Power: 4, Factor: 0.12, Voltage: 221, Current: 0.02 } }
    ]
  ],
  Zigbee2MQTT: [
    ['devices/gateway/bridge/state', '{"state":"online"}', { state: 'online' }],
    [
      'devices/gateway/0x00158d0001dc126a',
      '{"battery":97,"voltage":2995,"temperature":27.34,"humidity":44.72,"linkquality":115}',
      { battery: 97, voltage: 2995, temperature: 27.34, humidity: 44.72, linkquality: 115 }
    ],
    ['devices/gateway/kitchen/motion', '{"occupancy":true,"illuminance":12}', { occupancy: true, illuminance: 12 }],
    ['devices/gateway/kitchen/motion/availability', '{"state":"offline"}', { state: 'offline' }],
    ['devices/gateway/bridge/devices', '[{"ieee_address":"0x00158d00018255df","type":"Router"}]', null],
    ['devices/gateway/removed', '', null]
  ],
  Shelly: [
    ['devices/shelly/online', 'true', { online: true }],
    [
      'devices/shelly/status/switch:0',
      '{"id":0,"source":"WS_in","output":false,"apower":0.0,"voltage":225.9,"current":0.000,' +
        '"aenergy":{"total":11.679,"by_minute":[0.000,0.000,0.000],"minute_ts":1654511972},"temperature":{"tC":53.3}}',
      {
        id: 0,
        source: 'WS_in',
        output: false,
        apower: 0,
        voltage: 225.9,
        current: 0,
        aenergy: { total: 11.679, by_minute: [0, 0, 0], minute_ts: 1654511972 },
        temperature: { tC: 53.3 }
      }
    ],
    [
      'devices/shelly/events/rpc',
      '{"src":"shellyplus1pm-441793d69718","dst":"devices/shelly/events","method":"NotifyStatus",' +
        '"params":{"ts":1631186545.04,"switch:0":{"id":0,"output":true,"source":"button"}}}',
      {
        src: 'shellyplus1pm-441793d69718',
        dst: 'devices/shelly/events',
        method: 'NotifyStatus',
        params: { ts: 1631186545.04, 'switch:0': { id: 0, output: true, source: 'button' } }
      }
    ]
  ]
}

for (const [program, messages] of Object.entries(programs)) {
  t.test(program, async t => {
    const started = await start(t)
    const client = await connect(t, started, ways[0], {
      will: { topic: messages[0]![0], payload: Buffer.from('offline'), qos: 1, retain: true }
    })
    for (const qos of [0, 1] as const) {
      for (const [topic, payload] of messages) await client.publishAsync(topic, payload, { qos, retain: true })
    }
    const device = messages[0]![0].split('/')[1]
    const expected = messages.flatMap(([, , payload]) => payload === null ? [] : [[device, payload]])
    t.same(accepted(started), [...expected, ...expected])
    t.equal(client.connected, true)
  })
}
