import { type Said, until, type Workspace } from './program.ts'

/** What a person sees of a control in the page: where it is, and the ids that the bot gave it. */
interface Control {
  readonly channel: string
  readonly ts: string
  readonly block_id: string
  readonly action_id: string
}

async function post(bot: Workspace, deed: string, body: object): Promise<unknown> {
  const response = await fetch(`${bot.origin}/page/${deed}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bot.headers },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the page said ${response.status} to ${deed}: ${await response.text()}`)
  return response.json()
}

/** Presses the newest button of these words that this person sees; undefined while there is none. */
export async function press(bot: Workspace, as: string, words: string): Promise<true | undefined> {
  const found = lastButton(await bot.page(as), words)
  if (found === undefined) return undefined
  await post(bot, 'press', { as, ...found })
  return true
}

/** The newest message of the channel, outside of threads, that says these words. */
export async function said(bot: Workspace, words: string): Promise<Said | undefined> {
  const whole = (message: Said): string => `${message.text} ${JSON.stringify(message.blocks ?? '')}`
  return (await bot.messages()).findLast((message) => message.thread_ts === undefined && whole(message).includes(words))
}

/** Waits for a message with these words. */
export function reads(bot: Workspace, words: string): Promise<Said> {
  return until(`somebody reads "${words}"`, () => said(bot, words))
}

/** Types a line and presses the button of its plan. */
export async function confirm(bot: Workspace, as: string, line: string, button: string): Promise<void> {
  await bot.write(`/sparkify ${line}`, as)
  await until(`the plan of ${line} can be confirmed`, () => press(bot, as, button))
}

/** Types into the one input of the open modal and submits it; what the modal complains of, and undefined while none is open. */
export async function submit(bot: Workspace, as: string, typed: string): Promise<unknown> {
  const page = await bot.page(as)
  const view = /data-view="([^"]+)"/.exec(page)?.[1]
  const field = /<input type="text"[^>]* data-block-id="([^"]*)" data-action-id="([^"]*)"/.exec(page)
  if (view === undefined || field === null) return undefined
  const [, block_id = '', action_id = ''] = field
  return post(bot, 'submit', { as, view_id: view, form: [{ block_id, action_id, value: typed }] })
}

function lastButton(page: string, words: string): Control | undefined {
  const buttons = [...page.matchAll(/<button [^>]*data-block-id="([^"]*)" data-action-id="([^"]*)"[^>]*>([^<]*)</g)]
  const button = buttons.findLast(([, , , text = '']) => text.includes(words))
  if (button === undefined) return undefined
  const messages = [...page.slice(0, button.index).matchAll(/data-ts="([^"]*)" data-channel="([^"]*)"/g)]
  const [, ts = '', channel = ''] = messages.at(-1) ?? []
  const [, block_id = '', action_id = ''] = button
  return { channel, ts, block_id, action_id }
}
