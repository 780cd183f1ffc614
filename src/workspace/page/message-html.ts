import type { PostedMessage, PublishedHome } from '../journal.ts'
import { affiliationOf, bot, type Persona, slackbot } from '../personas.ts'
import type { OpenModal, WorkspaceChannel, WorkspaceState } from '../workspace-state.ts'
import { blockHtml } from './block-html.ts'
import { type Html, html } from './html.ts'
import { postedAt, type ReaderContext, richTextHtml, richTextOf } from './rich-text.ts'

/** Who reads the page, and what they need to read it. */
export interface PageReader extends ReaderContext {
  readonly persona: Persona
  /** The person who wrote a message; undefined for the bot and for Slackbot. */
  author(id: string): Persona | undefined
  /** The channels that a form offers. */
  readonly channels: readonly WorkspaceChannel[]
}

/** A person as a reader of this workspace. */
export function pageReaderOf(state: WorkspaceState, persona: Persona, now: Date): PageReader {
  const people = [...state.personas, bot, slackbot]
  return {
    persona,
    tz: persona.tz,
    now,
    author: (id) => state.personas.find((each) => each.id === id),
    channels: state.channels().filter(({ partner, archived }) => partner === undefined && !archived),
    userName: (id) => people.find((each) => each.id === id)?.realName ?? id,
    channelName: (id) => state.channel(id)?.name ?? id,
  }
}

/** The address of a conversation, of one of its threads, or of the app's Home tab. */
export function hrefOf(viewer: Persona, channel: string, more: { thread?: string; tab?: 'home' } = {}): string {
  return `/?${new URLSearchParams({ as: viewer.id, in: channel, ...more })}`
}

interface RenderedMessage {
  readonly posted: ReturnType<typeof postedAt>
  readonly body: Html
}

/**
 * The messages rendered so far, by time zone. A message is replaced, never changed, so what was rendered stays. A page of 100 long tables takes
 * 0.5 s to render the first time, and is rendered again after each change.
 */
const rendered = new WeakMap<PostedMessage, Map<string, RenderedMessage>>()

function render(message: PostedMessage, reader: PageReader): RenderedMessage {
  const byZone = rendered.get(message) ?? new Map<string, RenderedMessage>()
  const found = byZone.get(reader.tz) ?? { posted: postedAt(message.ts, reader.tz), body: bodyOf(message, reader) }
  rendered.set(message, byZone.set(reader.tz, found))
  return found
}

function bodyOf({ blocks, text }: PostedMessage, reader: PageReader): Html {
  const choice = { channels: reader.channels, current: undefined }
  if (blocks !== undefined) return html`${blocks.map((each) => blockHtml(each, reader, choice))}`
  return text === '' ? html`` : richTextHtml(richTextOf({ type: 'mrkdwn', text }), reader)
}

function fileHtml({ id, name, title, size }: NonNullable<PostedMessage['files']>[number]): Html {
  return html`<a class="file" href="/files/${id}/${encodeURIComponent(name)}" download><b>${title}</b>
<small>${size.toLocaleString('en-US')} bytes</small></a>`
}

/**
 * A message in a channel, with a link to its thread and the number of its `replies`; in the thread itself, where `replies` is undefined, without
 * it. A message for one person names the command or button that it answers.
 */
export function messageHtml(message: PostedMessage, reader: PageReader, replies?: number): Html {
  const { channel, ts, user, text, viewer, answers, files = [] } = message
  const name = reader.userName(user)
  const { posted, body } = render(message, reader)
  const kind = user === bot.id ? 'bot' : viewer === undefined ? 'person' : 'notice'
  const author = reader.author(user)
  const affiliation = author !== undefined && (author.from ?? author.guest) !== undefined && affiliationOf(author)
  const badge = kind === 'bot' ? 'app' : affiliation
  const threadLink =
    replies !== undefined &&
    viewer === undefined &&
    html`<a class="replies ${replies === 0 ? 'none' : ''}" href="${hrefOf(reader.persona, channel, { thread: ts })}">${repliesLabel(replies)}</a>`
  return html`<article class="message ${kind} ${viewer === undefined ? '' : 'ephemeral'}" id="${replies === undefined ? 'thread' : 'channel'}-${ts}"
data-ts="${ts}" data-channel="${channel}" data-day="${posted.day}" data-author="${user}" data-announce="${name}: ${text}">
<span class="avatar" aria-hidden="true">${kind === 'bot' ? '✦' : name.slice(0, 1)}</span><div class="content">
<header><b>${name}</b>${badge && html` <small class="badge">${badge}</small>`} <time datetime="${posted.iso}">${posted.time}</time>
${viewer !== undefined && html`<small class="only-you">Only visible to you</small>`}
${answers !== undefined && html`<small class="answers">Answers <code>${answers}</code></small>`}</header>
<div class="body">${body}${files.map(fileHtml)}</div>
${threadLink}</div></article>`
}

function repliesLabel(replies: number): string {
  return replies === 0 ? 'Reply in thread' : replies === 1 ? '1 reply' : `${replies} replies`
}

/** A modal as the dialog that the page's script shows. */
export function modalHtml(
  { id, channel, modal: { title, submit, close, blocks } }: OpenModal,
  reader: PageReader,
): Html {
  const choice = { channels: reader.channels, current: channel }
  return html`<dialog class="dialog modal" data-view="${id}" aria-labelledby="title-${id}"><form>
<h2 id="title-${id}">${title.text}</h2><div class="modal-body">${blocks.map((each) => blockHtml(each, reader, choice))}</div><p class="error" role="alert"></p>
<footer><button type="button" class="button" data-dismiss>${close?.text ?? 'Cancel'}</button>
${submit && html`<button type="submit" class="button primary">${submit.text}</button>`}</footer></form></dialog>`
}

// Slack's own words until the app has published something (https://github.com/slackapi/bolt-js/issues/1948).
const nothingPublished = html`<div class="block nothing" id="home-nothing"><h2>This is still a work in progress</h2>
<p>${bot.realName} has not published anything here yet.</p></div>`

/** The Home tab, each of its blocks in an element of its own: the page's script replaces those that change. */
export function homeTabHtml(tab: PublishedHome | undefined, reader: PageReader): Html {
  const choice = { channels: reader.channels, current: undefined }
  const blocks = tab?.home.blocks.map(
    (each) =>
      html`<div class="block" data-type="${each.type}" id="home-${each.block_id}">${blockHtml(each, reader, choice)}</div>`,
  )
  return html`<div class="home" data-list="home" data-home="${tab?.id}" role="region" aria-label="Home of ${bot.realName}" tabindex="0">
${blocks ?? nothingPublished}</div>`
}
