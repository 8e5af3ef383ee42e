/** What a device needs to know to send as this account. */
export interface DeviceValues { username: string, deviceId: string, authUrl: string, websocketUrl: string }

/** A word as a POSIX shell takes it as it stands. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

export interface DeviceCommand { name: string, about: string, text: string }

/** Ways to connect a device, ready to be copied; each asks for the password instead of holding it. */
export const deviceCommands = ({ username, deviceId, authUrl, websocketUrl }: DeviceValues): DeviceCommand[] => [
  {
    name: 'Agent',
    about:
      "Reads the machine's own sensors, keeps what it can't send, and sends it later. Needs Node 20 or newer, and a clone in whose folder this is typed (after npm ci and npm run build); where the agent's package is installed, the last line is motience-agent.",
    text: [
      'read -rs -p "Password: " PASSWORD && export PASSWORD',
      `export DEVICE_ID=${shellWord(deviceId)} USERNAME=${shellWord(username)}`,
      `export AUTH_URL=${shellWord(authUrl)} WEBSOCKET_URL=${shellWord(websocketUrl)}`,
      'node agent/bin/motience-agent.js'
    ].join('\n')
  },
  {
    name: 'wscat',
    about: 'By hand, from a terminal: each line that is typed is a message.',
    text: [
      'read -rs -p "Password: " PASSWORD; echo',
      `TOKEN=$(curl -sS ${shellWord(`${authUrl}/api/auth/login`)} -H 'content-type: application/json' \\`,
      `  -d "{\\"username\\":\\"${username}\\",\\"password\\":\\"$PASSWORD\\"}" | node -pe 'JSON.parse(require("fs").readFileSync(0)).access_token')`,
      `npx wscat -c ${shellWord(websocketUrl)} -H "Authorization: Bearer $TOKEN" \\`,
      `  -x '{"type":"data","device_id":"${deviceId}","payload":{"temperature_c":21.4}}' -w 2`
    ].join('\n')
  },
  {
    name: 'Python',
    about: 'With the package websockets.',
    text: [
      'import asyncio, getpass, json, urllib.request, websockets',
      '',
      `body = json.dumps({"username": ${JSON.stringify(username)}, "password": getpass.getpass()}).encode()`,
      `request = urllib.request.Request(${JSON.stringify(`${authUrl}/api/auth/login`)}, body, {"content-type": "application/json"})`,
      'token = json.load(urllib.request.urlopen(request))["access_token"]',
      '',
      'async def main():',
      `    async with websockets.connect(${JSON.stringify(websocketUrl)}, subprotocols=["motience.v1", f"token.{token}"]) as ws:`,
      '        print(await ws.recv())',
      `        await ws.send(json.dumps({"type": "data", "device_id": ${JSON.stringify(deviceId)}, "payload": {"temperature_c": 21.4}}))`,
      '        print(await ws.recv())',
      '',
      'asyncio.run(main())'
    ].join('\n')
  }
]
