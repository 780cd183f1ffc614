import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ada, dataEng, eventually, listen, openStage, otto, random, type Stage, signingSecret } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const goButton = { type: 'button' as const, action_id: 'go', value: 'etl', text: plain('Go') }
const withButton = [{ type: 'actions' as const, block_id: 'next', elements: [goButton] }]
const texts = (viewer = ada, channel = dataEng) => stage.workspace.messages(channel, viewer).map(({ text }) => text)
const type = (text: string) => stage.workspace.users.send({ as: ada, channel: dataEng, text })

/** A server in the bot's place, which does with deliveries what `answer` does. */
async function standIn(answer: (body: string, headers: NodeJS.Dict<string | string[]>) => string | number | undefined) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const answered = answer(body, request.headers)
    if (typeof answered === 'number') response.writeHead(answered).end()
    else if (answered !== undefined) response.end(answered)
  })
  stage.workspace.connect({ origin: stage.origin, deliver: `${await listen(server)}/slack/events` })
  return () => {
    server.closeAllConnections()
    server.close()
  }
}

describe('a slash command', () => {
  it('arrives at Bolt with all its fields, and with people, channels and links escaped', async () => {
    let command: Record<string, unknown> = {}
    stage.app.command('/sparkify', async (given) => {
      await given.ack()
      command = { ...given.command }
    })
    await type('  /sparkify top songs  for @otto @here in #music & <b> see https://x.org/?a=1 @nobody #nowhere  ')
    expect(command).toMatchObject({
      command: '/sparkify',
      text: 'top songs  for <@U0OTTO0OPER|otto> <!here> in <#C0MUSIC0000|music> &amp; &lt;b&gt; see <https://x.org/?a=1> @nobody #nowhere',
      channel_id: dataEng,
      channel_name: 'data-eng',
      user_id: ada,
      user_name: 'ada',
      team_id: 'T0SPARKIFY0',
      team_domain: 'sparkify',
      api_app_id: 'A0SPARKIFY0',
      is_enterprise_install: 'false',
      response_url: expect.stringContaining(`${stage.origin}/response/`),
      trigger_id: expect.any(String),
    })
    expect(texts()).toEqual([])
  })

  it('shows what the app acknowledges with, to the asker or in the channel', async () => {
    stage.app.command('/sparkify', async ({ ack, command }) => {
      const inChannel = command.text === 'loud'
      await ack(inChannel ? { response_type: 'in_channel', text: 'hear me' } : 'psst')
    })
    await type('/sparkify')
    await type('/sparkify loud')
    expect(texts(ada)).toEqual(['psst', 'hear me'])
    expect(texts(otto)).toEqual(['hear me'])
  })

  it('is refused where Slack refuses it, with a word to the asker only', async () => {
    expect(await type('/deploy')).toEqual({ notice: '/deploy is not a valid command.' })
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'run' })
    await stage.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify', thread_ts: ts })
    expect(texts(ada)).toEqual([
      '/deploy is not a valid command.',
      'run',
      '/sparkify is not supported in threads. Sorry!',
    ])
    expect(texts(otto)).toEqual(['run'])
  })

  it('fails with operation_timeout when no answer comes within three seconds', async () => {
    const impatient = await openStage({ clock: { now: () => new Date(), sleep: async (ms) => expect(ms).toBe(3000) } })
    impatient.app.command('/sparkify', () => new Promise(() => undefined))
    const outcome = await impatient.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify etl' })
    expect(outcome).toEqual({ notice: '/sparkify failed with the error "operation_timeout"' })
    await impatient.close()
  })

  it.each<[string, string | number | undefined]>([
    ['dispatch_failed', 500],
    ['dispatch_failed', 404],
    ['invalid_command_response', '{"blocks":[{"type":"sparkle"}]}'],
    ['invalid_command_response', '{'],
  ])('fails with %s when the app answers %s', async (error, answer) => {
    const close = await standIn(() => answer)
    expect(await type('/sparkify')).toEqual({ notice: `/sparkify failed with the error "${error}"` })
    close()
  })

  it('fails with dispatch_failed when nobody listens', async () => {
    const close = await standIn(() => '')
    close()
    expect(await type('/sparkify')).toEqual({ notice: '/sparkify failed with the error "dispatch_failed"' })
  })

  it('is signed as Slack signs, and can arrive twice, byte for byte', async () => {
    const seen: string[] = []
    const close = await standIn((body, headers) => {
      const base = `v0:${headers['x-slack-request-timestamp']}:${body}`
      const expected = `v0=${createHmac('sha256', signingSecret).update(base).digest('hex')}`
      seen.push(headers['x-slack-signature'] === expected ? body : 'forged')
      return ''
    })
    await stage.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify etl', copies: 2 })
    expect(seen).toHaveLength(2)
    expect(seen[0]).toBe(seen[1])
    expect(seen[0]).toContain('command=%2Fsparkify&text=etl')
    close()
  })

  it('signed with another secret never reaches the app', async () => {
    const other = await openStage({ signingSecret: 'another' })
    let reached = false
    other.app.command('/sparkify', async ({ ack }) => {
      reached = true
      await ack()
    })
    expect(await other.workspace.users.send({ as: ada, channel: dataEng, text: '/sparkify' })).toEqual({
      notice: '/sparkify failed with the error "dispatch_failed"',
    })
    expect(reached).toBe(false)
    await other.close()
  })
})

describe('/invite', () => {
  it('makes the bot a member, once', async () => {
    const invite = () => stage.workspace.users.send({ as: ada, channel: random, text: '/invite @Sparkify' })
    expect(await invite()).toEqual({})
    expect(await stage.client.chat.postMessage({ channel: random, text: 'hello' })).toMatchObject({ ok: true })
    expect(await invite()).toEqual({ notice: 'Sparkify is already in this channel.' })
  })
})

describe('a mention', () => {
  it('names the author’s organization where a channel is shared, and nowhere else', async () => {
    const seen: { readonly event: object; readonly shared: unknown }[] = []
    stage.app.event('app_mention', async ({ event, body }) => {
      seen.push({ event, shared: body.is_ext_shared_channel })
    })
    for (const [as, channel] of [
      [ada, dataEng],
      [ada, 'C0PARTNERS0'],
      ['U0PETRA0PAR', 'C0PARTNERS0'],
    ] as const)
      await stage.workspace.users.send({ as, channel, text: '@sparkify help' })
    await eventually(() => seen.length === 3, 'three mentions')
    const of = (team: string) => ({ team, user_team: team, source_team: team })
    expect(seen.map(({ shared }) => shared)).toEqual([false, true, true])
    expect(seen[0]?.event).toMatchObject({ type: 'app_mention', user: ada, channel: dataEng, team: 'T0SPARKIFY0' })
    expect(seen[0]?.event).not.toHaveProperty('user_team')
    expect(seen[1]?.event).toMatchObject(of('T0SPARKIFY0'))
    expect(seen[2]?.event).toMatchObject(of('T0PARTNER00'))
  })
})

describe('a press', () => {
  const press = (ts: string, more: object = {}) =>
    stage.workspace.users.press({ as: ada, channel: dataEng, ts, block_id: 'next', action_id: 'go', ...more })

  it('arrives at Bolt with the message, the value and a way to answer', async () => {
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'done', blocks: withButton })
    let body: unknown
    stage.app.action('go', async (given) => {
      await given.ack()
      body = given.body
      await given.respond({ text: 'on it', replace_original: false })
    })
    expect(await press(ts)).toEqual({})
    expect(body).toMatchObject({
      type: 'block_actions',
      user: { id: ada, username: 'ada', team_id: 'T0SPARKIFY0' },
      channel: { id: dataEng, name: 'data-eng' },
      container: { type: 'message', message_ts: ts, channel_id: dataEng, is_ephemeral: false },
      message: { ts, text: 'done', blocks: [{ block_id: 'next' }] },
      actions: [{ action_id: 'go', block_id: 'next', type: 'button', value: 'etl', text: { text: 'Go' } }],
      state: { values: {} },
      trigger_id: expect.any(String),
    })
    await eventually(() => texts().includes('on it'), 'the answer to the press')
    expect(texts(otto)).toEqual(['done'])
  })

  it('on a message for one person carries no message, and can replace it', async () => {
    const post = () =>
      stage.client.chat.postEphemeral({ channel: dataEng, user: ada, text: 'sure?', blocks: withButton })
    const bodies: object[] = []
    stage.app.action('go', async (given) => {
      await given.ack()
      bodies.push(given.body)
      await given.respond({ replace_original: true, text: 'yes' })
    })
    const first = (await post()).message_ts ?? ''
    await press(first)
    await eventually(() => texts().join() === 'yes', 'the replacement')
    expect(stage.workspace.messages(dataEng, ada)[0]).not.toHaveProperty('blocks')
    expect(bodies[0]).not.toHaveProperty('message')
    expect(bodies[0]).toMatchObject({ container: { is_ephemeral: true } })
  })

  it('says what was chosen in a select, and what stands in the others', async () => {
    const option = (value: string) => ({ text: plain(value), value })
    const select = (action_id: string) => ({
      type: 'static_select' as const,
      action_id,
      options: [option('a'), option('b')],
    })
    const blocks = [{ type: 'actions' as const, block_id: 'size', elements: [select('one'), select('two')] }]
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'which', blocks })
    let body: unknown
    stage.app.action('one', async (given) => {
      await given.ack()
      body = given.body
    })
    const form = [{ block_id: 'size', action_id: 'one', value: 'b' }]
    await stage.workspace.users.press({
      as: ada,
      channel: dataEng,
      ts,
      block_id: 'size',
      action_id: 'one',
      value: 'b',
      form,
    })
    expect(body).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: 'b' } }],
      state: { values: { size: { one: { selected_option: { value: 'b' } }, two: { selected_option: null } } } },
    })
  })

  it('of what is no longer there, or is another person’s, does nothing', async () => {
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'done', blocks: withButton })
    await stage.client.chat.update({ channel: dataEng, ts, text: 'over' })
    const changed = { notice: 'This message has changed. Check it, then click again.' }
    expect(await press(ts)).toEqual(changed)
    const { message_ts = '' } = await stage.client.chat.postEphemeral({
      channel: dataEng,
      user: otto,
      text: 'x',
      blocks: withButton,
    })
    expect(await press(message_ts)).toEqual(changed)
  })

  it('tells the person when the bot does not answer', async () => {
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: 'done', blocks: withButton })
    const close = await standIn(() => 500)
    expect(await press(ts)).toEqual({ notice: 'Sparkify did not answer (dispatch_failed).' })
    close()
  })
})

describe('a response URL', () => {
  const given = async () => {
    let url = ''
    stage.app.command('/sparkify', async ({ ack, command }) => {
      await ack()
      url = command.response_url
    })
    await type('/sparkify')
    return (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) })
  }

  it('works five times', async () => {
    const respond = await given()
    for (let n = 0; n < 5; n++) expect((await respond({ text: `${n}` })).status).toBe(200)
    const sixth = await respond({ text: '5' })
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }])
    expect(texts()).toEqual(['0', '1', '2', '3', '4'])
  })

  it('works for thirty minutes', async () => {
    const respond = await given()
    stage.clock.forward(30 * 60_000 - 5_000)
    expect((await respond({ text: 'just in time' })).status).toBe(200)
    stage.clock.forward(6_000)
    const late = await respond({ text: 'too late' })
    expect([late.status, await late.json()]).toEqual([404, { ok: false, error: 'expired_url' }])
  })

  it('refuses what chat.postMessage refuses', async () => {
    const respond = await given()
    const refused = await respond({ text: 'x', blocks: [{ type: 'sparkle' }] })
    expect([refused.status, await refused.text()]).toEqual([400, 'invalid_blocks'])
    expect((await respond({})).status).toBe(400)
  })
})

describe('a modal', () => {
  const input = { type: 'plain_text_input' as const, action_id: 'typed' }
  const view = {
    type: 'modal' as const,
    callback_id: 'typed',
    private_metadata: 'plan-1',
    title: plain('Tear down?'),
    submit: plain('Tear down'),
    blocks: [{ type: 'input' as const, block_id: 'word', label: plain('Name'), element: input }],
  }
  let trigger = ''
  const open = () => stage.client.views.open({ trigger_id: trigger, view })
  const refusal = () => open().catch((error) => error.data.error)
  const submit = (view_id: string, value: string) =>
    stage.workspace.users.submit({ as: ada, view_id, form: [{ block_id: 'word', action_id: 'typed', value }] })

  beforeEach(async () => {
    stage.app.command('/sparkify', async ({ ack, command }) => {
      await ack()
      trigger = command.trigger_id
    })
    await type('/sparkify tear-down')
  })

  it('opens once within three seconds of what triggered it', async () => {
    expect(await open()).toMatchObject({ view: { callback_id: 'typed', private_metadata: 'plan-1' } })
    expect(await refusal()).toBe('exchanged_trigger_id')
    await type('/sparkify tear-down')
    stage.clock.forward(3_001)
    expect(await refusal()).toBe('expired_trigger_id')
    trigger = 'made-up'
    expect(await refusal()).toBe('invalid_trigger_id')
  })

  it('refuses a view with faults, which stand below /view', async () => {
    const call = stage.client.apiCall('views.open', {
      trigger_id: trigger,
      view: { ...view, title: plain('x'.repeat(25)) },
    })
    expect(await call.catch((error) => error.data)).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
    })
  })

  it('stays open with the app’s errors, and closes when the app takes it', async () => {
    const seen: unknown[] = []
    stage.app.view('typed', async ({ ack, view: submitted }) => {
      seen.push(submitted)
      const right = submitted.state.values['word']?.['typed']?.value === 'sparkify'
      await (right ? ack() : ack({ response_action: 'errors', errors: { word: 'That is not its name.' } }))
    })
    const id = (await open()).view?.id ?? ''
    expect(await submit(id, 'spotify')).toEqual({ errors: { word: 'That is not its name.' } })
    expect(await submit(id, 'sparkify')).toEqual({})
    expect(seen).toHaveLength(2)
    expect(seen[1]).toMatchObject({ id, private_metadata: 'plan-1', callback_id: 'typed' })
    expect(await submit(id, 'sparkify')).toEqual({ notice: 'This dialog is no longer open.' })
  })

  it('asks for what is missing before the app hears of it', async () => {
    const id = (await open()).view?.id ?? ''
    expect(await submit(id, '')).toEqual({ errors: { word: 'Please complete this required field.' } })
  })

  it('is closed by clear, and stays with a word when the app fails', async () => {
    const id = (await open()).view?.id ?? ''
    const answers = ['what?', '{"response_action":"dance"}', 500, '{"response_action":"clear"}']
    const close = await standIn(() => answers.shift())
    const trouble = { notice: 'We had some trouble connecting. Try again?' }
    for (const outcome of [trouble, trouble, trouble, {}]) expect(await submit(id, 'sparkify')).toEqual(outcome)
    close()
  })

  it('stands before the one that was opened earlier, which cannot be submitted meanwhile', async () => {
    const first = (await open()).view?.id ?? ''
    await type('/sparkify tear-down')
    const second = (await open()).view?.id ?? ''
    expect(await submit(first, 'sparkify')).toEqual({ notice: 'This dialog is no longer open.' })
    await stage.workspace.users.dismiss({ as: ada, view_id: second })
    expect(await submit(first, '')).toHaveProperty('errors')
  })

  it('is gone once dismissed, and belongs to one person', async () => {
    const id = (await open()).view?.id ?? ''
    await stage.workspace.users.dismiss({ as: otto, view_id: id })
    expect(await submit(id, '')).toHaveProperty('errors')
    await stage.workspace.users.dismiss({ as: ada, view_id: id })
    expect(await submit(id, 'sparkify')).toEqual({ notice: 'This dialog is no longer open.' })
  })
})
