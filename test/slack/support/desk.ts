import { z } from 'zod'
import { eventually } from './clock.ts'
import { ada, dataEng, type Office, type OfficeOptions, openOffice } from './office.ts'

export const otto = 'U0OTTO0OPER'

/** Ada and Otto may approve; what needs approval needs both. */
export const two: OfficeOptions = { admins: [ada, otto], policy: { twoPerson: true } }

const viewSchema = z.object({ view: z.object({ id: z.string() }) })

/** What people do with cards in an office. Everything is in one channel, and Ada's, unless it is said otherwise. */
export interface Desk {
  readonly office: Office
  say(text: string, channel?: string, as?: string): Promise<unknown>
  texts(channel?: string, viewer?: string): readonly string[]
  /** The blocks of all messages that somebody sees, as one text. */
  blocks(viewer?: string): string
  /** Waits until somebody sees these words, while time goes on. */
  shown(words: string, viewer?: string): Promise<void>
  /** Says a line and waits for its card. */
  asked(line?: string): Promise<void>
  press(label: string, as: string): Promise<unknown>
  dialogs(): readonly string[]
  /** Presses the button of a card that wants a word, and gives the dialog that opens. */
  dialogOf(as: string, label?: string): Promise<string>
  submit(view_id: string, as: string, value?: string): Promise<{ readonly errors?: unknown }>
  /** Presses Reject as an approver, and fills in the reason. */
  reject(as: string, why: string): Promise<{ readonly errors?: unknown }>
  runs(): Promise<readonly string[]>
  /** The same desk after the bot was started again. */
  restart(): Promise<Desk>
}

export async function openDesk(options: OfficeOptions): Promise<Desk> {
  return deskIn(await openOffice(options))
}

export function deskIn(office: Office): Desk {
  const { workspace, clock, front } = office
  const desk: Desk = {
    office,
    say: (text, channel = dataEng, as = ada) => workspace.users.send({ as, channel, text }),
    texts: (channel = dataEng, viewer = ada) => office.seen(channel, viewer).map(({ text }) => text),
    blocks: (viewer = ada) => JSON.stringify(workspace.messages(dataEng, viewer)),
    shown: (words, viewer = ada) => clock.until(() => desk.texts(dataEng, viewer).some((text) => text.includes(words))),
    async asked(line = 'wipe') {
      await desk.say(`/sparkify ${line}`)
      await desk.shown('must be approved')
    },
    press: (label, as) => workspace.users.press({ as, ...office.button(label, dataEng, as) }),
    dialogs: () =>
      front.named('views.open').flatMap(({ answer }) => {
        const opened = viewSchema.safeParse(JSON.parse(answer || 'null'))
        return opened.success ? [opened.data.view.id] : []
      }),
    async dialogOf(as, label = 'Wipe all') {
      const before = desk.dialogs().length
      await desk.press(label, as)
      await eventually(() => desk.dialogs().length > before)
      return desk.dialogs().at(-1) ?? ''
    },
    submit: (view_id, as, value = 'sparkify') =>
      workspace.users.submit({ as, view_id, form: [{ block_id: 'word', action_id: 'typed', value }] }),
    async reject(as, why) {
      const view_id = await desk.dialogOf(as, 'Reject')
      return workspace.users.submit({ as, view_id, form: [{ block_id: 'reason', action_id: 'given', value: why }] })
    },
    runs: async () => (await office.ledger.runs.list({ limit: 10 })).map(({ line, state }) => `${line} ${state}`),
    restart: async () => deskIn(await office.restart()),
  }
  return desk
}
