import { z } from 'zod'
import cancel from '../../../src/commands/cancel.ts'
import runs from '../../../src/commands/runs.ts'
import scheduleRun from '../../../src/commands/schedule/run.ts'
import { createTimetable } from '../../../src/scheduler/timetable.ts'
import { commandsBehind, createDoors, type Doors } from './commands.ts'
import type { Call } from './front.ts'
import { ada, type Office, type OfficeOptions, openOffice } from './office.ts'
import { postSignedJson } from './signed.ts'

/** An office with what Home tabs need: commands to look at runs and to stop them, and a timetable. */
export async function openHomes(options: OfficeOptions = {}): Promise<{ office: Office; doors: Doors }> {
  const doors = createDoors()
  const commands = [...commandsBehind(doors, () => []), runs, cancel, scheduleRun]
  const office = await openOffice({ ...options, bot: { commands, parts: { timetable: createTimetable() } } })
  return { office, doors }
}

/** What stands in somebody's Home tab, as text; empty where nothing was published. */
export function readsAs({ workspace }: Office, viewer = ada): string {
  return JSON.stringify(workspace.homeTab(viewer)?.home.blocks ?? '')
}

/** A button in somebody's Home tab, by its label. */
export function homeButton({ workspace }: Office, label: string, viewer = ada) {
  const tab = workspace.homeTab(viewer)
  for (const { block_id = '', ...block } of tab?.home.blocks ?? []) {
    const elements =
      block.type === 'actions' ? block.elements : block.type === 'section' && block.accessory ? [block.accessory] : []
    for (const element of elements) {
      if (element.type === 'button' && element.text.text === label)
        return { view_id: tab?.id ?? '', block_id, action_id: element.action_id ?? '' }
    }
  }
  throw new Error(`there is no button "${label}" in this Home tab`)
}

/** Calls of `views.publish`, for one person or all. */
export function publishes({ front }: Office, viewer?: string): readonly Call[] {
  return front.named('views.publish').filter(({ body }) => viewer === undefined || body.get('user_id') === viewer)
}

/** The blocks of a published view. */
export function blocksOf({ body }: Call): readonly { readonly type: string }[] {
  const schema = z.object({ blocks: z.array(z.looseObject({ type: z.string() })) })
  return schema.parse(JSON.parse(body.get('view') ?? '')).blocks
}

/** Lets more members than the workspace has enter their Home tabs, and takes whatever is published for them. */
export async function moreEnter({ front }: Office, ids: readonly string[]): Promise<void> {
  front.inject(({ name, body }) => {
    const isTheirs = (argument: string) => ids.includes(body.get(argument) ?? '')
    if (name === 'users.info' && isTheirs('user'))
      return { body: { ok: true, user: { name: body.get('user'), team_id: 'T0SPARKIFY0' } } }
    return name === 'views.publish' && isTheirs('user_id')
      ? { body: { ok: true, view: { id: 'V1', hash: '1.a' } } }
      : undefined
  })
  for (const user of ids) {
    await postSignedJson(front.origin, {
      type: 'event_callback',
      team_id: 'T0SPARKIFY0',
      api_app_id: 'A1',
      event_id: `Ev${user}`,
      event: { type: 'app_home_opened', user, tab: 'home', channel: 'D1', event_ts: '1.1' },
    })
  }
}
