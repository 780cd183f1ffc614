import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OpsError } from '../../core/errors.ts'
import { validOr } from '../content.ts'
import { deeds, type Interactions } from '../deeds.ts'
import { bodyOf, jsonOf, sendJson, sendText } from '../http.ts'
import { directChannelOf } from '../people.ts'
import type { State } from '../state.ts'
import { check } from '../validate.ts'
import { conversationOf } from './conversation.ts'
import { channelsOf, type Place, pageOf } from './layout.ts'
import { loadReadOnly } from './read-only.ts'
import { createRenderer, type Renderer } from './render.ts'
import { pageStyle } from './style.ts'

/** The page's own routes. */
export interface Page {
  /** Answers a request for `/` or `/page/…`. Throws `ApiError` for a body that the page's script does not send. */
  handle(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Ends the open event streams. */
  close(): void
}

// Charts carry their colours in style attributes, which cannot run anything; scripts and style sheets come from here only.
const contentSecurityPolicy = `default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';
 connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`.replace('\n', '')

/** More than a page shows, thread replies included; what is missing is rendered when it is shown. */
const preparedMessages = 300

/** A script that `npm run build` makes of `client*.ts`, beside this file in `dist` or from there when run from `src`. */
function clientScript(name: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const candidates = [join(here, name), join(here, '../../../dist/workspace/page', name)]
  const path = candidates.find((candidate) => existsSync(candidate))
  if (path === undefined) throw new OpsError('not_found', `The page has no ${name} yet.`, 'Build it: npm run build')
  return readFileSync(path, 'utf8')
}

function styleSheet(): string {
  const path = createRequire(import.meta.url).resolve('slack-blocks-to-jsx/dist/style.css')
  return readFileSync(path, 'utf8').replaceAll('#slack_blocks_to_jsx', '.slack_blocks_to_jsx') + pageStyle
}

/** The page over this state. `now` dates what it shows. */
export function createPage(deps: {
  readonly state: State
  readonly interactions: Interactions
  readonly now: () => Date
  readonly banner: string | undefined
}): Page {
  const { state, interactions, now, banner } = deps
  const streams = new Set<ServerResponse>()
  const started = now().getTime()
  let changes = 0
  let closed = false
  let renderer: Promise<Renderer> | undefined

  const tell = (stream: ServerResponse) => stream.write(`data: ${started}.${changes}\n\n`)
  const stop = state.onChange(() => {
    changes += 1
    for (const stream of streams) tell(stream)
  })

  const placeOf = (wanted: URLSearchParams): Place | undefined => {
    const viewer = state.personas.find((each) => each.id === wanted.get('as')) ?? state.personas[0]
    if (viewer === undefined) return undefined
    const asked = state.channel(wanted.get('in') ?? '')
    // Members and guests have direct messages of their own with the bot: who becomes another person there stays there.
    const own = asked?.partner === undefined ? asked : state.channel(directChannelOf(viewer.id))
    const channel = own?.has(viewer.id) ? own : channelsOf(state, viewer)[0]
    const inApp = wanted.get('tab') === 'home' ? 'home' : 'messages'
    const tab = channel?.partner === undefined ? undefined : inApp
    return channel && { viewer, channel, thread: wanted.get('thread') ?? undefined, tab }
  }

  const show = async (url: URL, response: ServerResponse) => {
    renderer ??= loadReadOnly(state, now).then((readOnly) => createRenderer(state, readOnly))
    const render = await renderer
    const place = placeOf(url.searchParams)
    if (place === undefined) return sendText(response, 'Nobody is here.', undefined, 404)
    const { viewer, channel, tab } = place
    const all = state.messages(channel.id, viewer.id).slice(-preparedMessages)
    await render.prepare(tab === 'home' ? (state.homeTab(viewer.id) ?? []) : all, viewer)
    const content =
      tab === 'home' ? { main: render.home(state.homeTab(viewer.id), viewer) } : conversationOf(state, render, place)
    const view = state.viewOf(viewer.id)
    const modal = view && render.modal(view, viewer)
    response.setHeader('content-security-policy', contentSecurityPolicy)
    const page = pageOf(state, place, content, modal, `${started}.${changes}`, banner)
    sendText(response, page.markup, 'text/html')
  }

  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    tell(response)
    // The page asks as soon as its script runs, which may be later than the workspace is closed.
    if (closed) {
      response.end()
      return
    }
    streams.add(response)
    request.on('close', () => streams.delete(response))
  }

  const act = async (name: string, request: IncomingMessage) => {
    const deed = jsonOf((await bodyOf(request)).toString())
    if (name === 'say') return interactions.say(validOr(check(deeds.say, deed), name))
    if (name === 'press') return interactions.press(validOr(check(deeds.press, deed), name))
    if (name === 'submit') return interactions.submit(validOr(check(deeds.submit, deed), name))
    if (name === 'enter') return interactions.enter(validOr(check(deeds.enter, deed), name))
    return name === 'dismiss' ? interactions.dismiss(validOr(check(deeds.dismiss, deed), name)) : undefined
  }

  return {
    async handle(url, request, response) {
      const [, , name = ''] = url.pathname.split('/')
      if (request.method === 'POST') {
        const outcome = await act(name, request)
        if (outcome !== undefined) return sendJson(response, outcome)
      } else if (url.pathname === '/') return show(url, response)
      else if (name === 'events') return listen(request, response)
      else if (name === 'style.css') return sendText(response, styleSheet(), 'text/css')
      else if (/^client[a-z-]*\.js$/.test(name)) return sendText(response, clientScript(name), 'text/javascript')
      sendText(response, 'Not found', undefined, 404)
    },
    close() {
      stop()
      closed = true
      for (const stream of streams) stream.end()
    },
  }
}
