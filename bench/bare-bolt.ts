/** A Bolt app that acknowledges `/sparkify` and does nothing else: what an acknowledgement takes at the least on this machine, at this moment. */
import { App, HTTPReceiver, LogLevel } from '@slack/bolt'

const [signingSecret = '', port = ''] = process.argv.slice(2)
const receiver = new HTTPReceiver({ signingSecret, endpoints: ['/slack/events'], logLevel: LogLevel.ERROR })
const app = new App({
  receiver,
  logLevel: LogLevel.ERROR,
  authorize: async () => ({ botToken: 'xoxb-bare', botId: 'B1', botUserId: 'U1' }),
})
app.command('/sparkify', async ({ ack }) => ack())
await app.start(Number(port))
process.stdout.write('listening\n')
