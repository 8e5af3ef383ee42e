/** What a device needs to send data with this account. */
export interface DeviceValues { username: string, deviceId: string, authUrl: string, websocketUrl: string }

/** Quotes a word for a POSIX shell if necessary. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

export interface DeviceCommand { name: string, description: string, text: string }

/** Commands that connect a device, ready to copy; each prompts for the password instead of containing it. */
export const deviceCommands = ({ username, deviceId, authUrl, websocketUrl }: DeviceValues): DeviceCommand[] => [
  {
    name: 'Agent',
    description:
      "Reads the machine's own sensors, and buffers readings while offline. Requires Node.js 20 or later; run it in " +
      'a clone of the repository, after npm ci and npm run build. If the agent package is installed, replace the ' +
      'last ' +
      'line with motience-agent.',
    text: [
      'read -rs -p "Password: " PASSWORD && export PASSWORD',
      `export DEVICE_ID=${shellWord(deviceId)} USERNAME=${shellWord(username)}`,
      `export AUTH_URL=${shellWord(authUrl)} WEBSOCKET_URL=${shellWord(websocketUrl)}`,
      'node agent/bin/motience-agent.js'
    ].join('\n')
  },
  {
    name: 'wscat',
    description: 'Interactively, from a terminal: each line you enter is sent as a message.',
    text: [
      'read -rs -p "Password: " PASSWORD; echo',
      `TOKEN=$(curl -sS ${shellWord(`${authUrl}/api/auth/login`)} -H 'content-type: application/json' \\`,
      `  -d "{\\"username\\":\\"${username}\\",\\"password\\":\\"$PASSWORD\\"}" |`,
      '  node -pe \'JSON.parse(require("fs").readFileSync(0)).access_token\')',
      `npx wscat -c ${shellWord(websocketUrl)} -H "Authorization: Bearer $TOKEN" \\`,
      `  -x '{"type":"data","device_id":"${deviceId}","payload":{"temperature_c":21.4}}' -w 2`
    ].join('\n')
  },
  {
    name: 'Python',
    description: 'Uses the websockets package.',
    text: [
      'import asyncio, getpass, json, urllib.request, websockets',
      '',
      `body = json.dumps({"username": ${JSON.stringify(username)}, "password": getpass.getpass()}).encode()`,
      `url = ${JSON.stringify(`${authUrl}/api/auth/login`)}`,
      'request = urllib.request.Request(url, body, {"content-type": "application/json"})',
      'token = json.load(urllib.request.urlopen(request))["access_token"]',
      '',
      'async def main():',
      `    url = ${JSON.stringify(websocketUrl)}`,
      '    async with websockets.connect(url, subprotocols=["motience.v1", f"token.{token}"]) as ws:',
      '        print(await ws.recv())',
      `        device_id = ${JSON.stringify(deviceId)}`,
      '        message = {"type": "data", "device_id": device_id, "payload": {"temperature_c": 21.4}}',
      '        await ws.send(json.dumps(message))',
      '        print(await ws.recv())',
      '',
      'asyncio.run(main())'
    ].join('\n')
  }
]
