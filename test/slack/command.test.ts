import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from './support/clock.ts'
import { ada, dataEng, type Office, openOffice, random, vera } from './support/office.ts'
import { postSigned } from './support/signed.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const say = (text: string, channel = dataEng, as = ada, copies = 1) =>
  office.workspace.users.send({ as, channel, text, copies })
const direct = `D${ada.slice(1)}`

describe('a slash command', () => {
  it('is acknowledged at once, however long its work takes', async () => {
    const outcome = await say('/sparkify songs')
    expect(outcome).toEqual({})
    await eventually(() => office.doors.arrivals('songs') === 1)
    expect(office.seen().map(({ text }) => text)).toEqual([])
    office.doors.open('songs')
    await eventually(() => office.seen().length === 1)
  })

  it('is acknowledged with nothing in its body, so that nobody sees an empty answer', async () => {
    const response = await post('/sparkify', 'help', now())
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it('gets an answer for the channel in the channel, for everybody', async () => {
    office.doors.open('songs')
    await say('/sparkify songs')
    await eventually(() => office.seen(dataEng, vera).length === 1)
    expect(office.seen(dataEng, vera)[0]).toMatchObject({ onlyMine: false })
    expect(office.seen(dataEng, vera)[0]?.text).toContain('Three songs.')
  })

  it('gets an answer for the asker where only the asker sees it', async () => {
    await say('/sparkify help')
    await eventually(() => office.seen().length === 1)
    expect(office.seen()[0]).toMatchObject({ onlyMine: true })
    expect(office.seen(dataEng, vera)).toEqual([])
    expect(office.front.named('chat.postMessage')).toEqual([])
  })

  it('that is not known is answered, to the asker alone', async () => {
    await say('/sparkify hepl')
    await eventually(() => office.seen().length === 1)
    expect(office.seen()[0]?.onlyMine).toBe(true)
    expect(office.seen()[0]?.text).toContain('hepl')
  })

  it('delivered twice runs once and is answered once', async () => {
    office.doors.open('songs')
    await say('/sparkify songs', dataEng, ada, 2)
    await eventually(() => office.seen().length === 1)
    await eventually(() => office.delivered())
    expect(office.doors.arrivals('songs')).toBe(1)
    expect(office.seen()).toHaveLength(1)
  })

  it('keeps its own name, whatever the manifest calls it', async () => {
    await post('/sparkify-dev', 'help', now())
    await eventually(() => office.front.named('response').length === 1)
    expect(office.front.named('response')[0]?.body.get('raw')).toContain('/sparkify-dev songs')
  })

  it('without the name of its asker, which Slack is phasing out, is answered', async () => {
    office.doors.open('songs')
    const { user_name: _, ...fields } = fieldsOf('/sparkify', 'songs')
    await postSigned(office.front.origin, fields)
    await eventually(() => office.seen().length === 1)
    const [run] = await office.ledger.runs.list({ limit: 1 })
    expect(run?.who.name).toBe('ada')
  })

  it('is answered in direct messages too', async () => {
    office.doors.open('songs')
    await say('/sparkify songs', direct)
    await eventually(() => office.seen(direct).length === 1)
    expect(office.seen(direct)[0]?.text).toContain('Three songs.')
  })

  it('reads Slack’s own escapes as what was meant', async () => {
    await say('/sparkify a & b')
    await eventually(() => office.seen().length === 1)
    expect(JSON.stringify(office.workspace.messages(dataEng, ada))).not.toContain('amp;amp;')
  })
})

describe('a request', () => {
  it('with a wrong signature is refused and not heard', async () => {
    const response = await post('/sparkify', 'songs', now(), 'another secret')
    expect(response.status).toBe(401)
    expect(office.doors.arrivals('songs')).toBe(0)
  })

  it.each([
    ['older than five minutes', -301],
    ['dated more than five minutes ahead', 330],
  ])('%s is refused and not heard', async (_, seconds) => {
    const response = await post('/sparkify', 'songs', now() + seconds)
    expect(response.status).toBe(401)
    expect(office.doors.arrivals('songs')).toBe(0)
  })

  it('replayed with its valid signature is acknowledged but not heard again', async () => {
    office.doors.open('songs')
    const at = now()
    expect((await post('/sparkify', 'songs', at)).status).toBe(200)
    await eventually(() => office.seen().length === 1)
    expect((await post('/sparkify', 'songs', at)).status).toBe(200)
    await post('/sparkify', 'help', at)
    await eventually(() => office.front.named('response').length > 0)
    expect(office.doors.arrivals('songs')).toBe(1)
  })

  it('whose form names a charset, as proxies add it, is a form', async () => {
    const type = 'application/x-www-form-urlencoded; charset=utf-8'
    office.doors.open('songs')
    expect((await postSigned(office.front.origin, fieldsOf('/sparkify', 'songs'), { type })).status).toBe(200)
    await eventually(() => office.doors.arrivals('songs') === 1)
  })

  it.each([
    ['signed', undefined],
    ['unsigned', 'another secret'],
  ])('of more than 4 MB is refused before it is read to its end (%s)', async (_, secret) => {
    const response = await post('/sparkify', 'x'.repeat(4 * 1024 * 1024), now(), secret)
    expect(response.status).toBe(413)
    expect((await post('/sparkify', 'help', now())).status).toBe(200)
  })

  it.each([
    ['GET', '/slack/events'],
    ['POST', '/slack/other'],
    ['DELETE', '/slack/events'],
  ])('%s %s is not Slack’s and gets 404', async (method, path) => {
    expect((await fetch(`${office.front.origin}${path}`, { method })).status).toBe(404)
  })
})

describe('where the bot is not a member', () => {
  it('an answer still reaches its asker, with the cure', async () => {
    office.doors.open('songs')
    await say('/sparkify songs', random)
    await eventually(() => office.seen(random).length === 1)
    expect(office.seen(random)[0]).toMatchObject({ onlyMine: true })
    expect(office.seen(random)[0]?.text).toContain('Three songs.')
    expect(office.seen(random)[0]?.text).toContain('/invite @sparkify')
  })

  it('no run that changes the warehouse begins; the asker gets the cure', async () => {
    await say('/sparkify build', random)
    await eventually(() => office.seen(random).length === 1)
    expect(JSON.stringify(office.workspace.messages(random, ada))).toContain('/invite @sparkify')
    expect(office.doors.arrivals('dig')).toBe(0)
    expect(await office.ledger.runs.list({ limit: 5 })).toEqual([])
  })

  it('that refusal is said once for a command that is delivered twice', async () => {
    await say('/sparkify build', random, ada, 2)
    await eventually(() => office.front.named('conversations.info').length === 2)
    await say('/sparkify help', random)
    await eventually(() => office.seen(random).some(({ text }) => text.includes('help')))
    expect(office.seen(random)).toHaveLength(2)
  })

  it('the cure helps: after the invitation the run begins', async () => {
    await say('/invite @sparkify', random)
    await say('/sparkify build', random)
    await eventually(() => office.doors.arrivals('dig') === 1)
  })
})

const now = (): number => Math.floor(Date.now() / 1000)

/** A slash command as Slack sends it. The trigger id depends on the words alone, as when Slack sends again. */
function fieldsOf(command: string, text: string) {
  return {
    command,
    text,
    channel_id: dataEng,
    channel_name: 'data-eng',
    user_id: ada,
    user_name: 'ada',
    team_id: 'T0SPARKIFY0',
    trigger_id: `trigger of ${text}`,
    response_url: `${office.front.origin}/response/none`,
  }
}

function post(command: string, text: string, at: number, secret?: string): Promise<Response> {
  const fields = fieldsOf(command, text)
  return postSigned(office.front.origin, fields, secret === undefined ? { at } : { at, secret })
}
