import type { ComponentProps, ReactNode } from 'react'
import type { BlockOf } from '../block-kit.ts'
import { bot, slackbot } from '../people.ts'
import type { State } from '../state.ts'
import { withFittingLabels } from './chart-labels.ts'
import { slackDate } from './dates.ts'
import type { Html } from './html.ts'

/** Renders blocks that are only read, with slack-blocks-to-jsx. Throws what the library throws. */
export type ReadOnly = (block: BlockOf<'rich_text' | 'header' | 'divider' | 'data_visualization'>, tz: string) => Html

/** Everyone's display name by id. */
export function displayName(state: State, id: string): string {
  return [...state.personas, bot, slackbot].find((each) => each.id === id)?.realName ?? id
}

/** Loads React and the library, which only the page needs, and gives the renderer. */
export async function loadReadOnly(state: State, now: () => Date): Promise<ReadOnly> {
  // One after the other: the library requires modules that import React, and Node 20 dies of a `require` that meets an `import`
  // which still reads its file (https://github.com/nodejs/node/issues/59366).
  const { createElement } = await import('react')
  const { renderToStaticMarkup } = await import('react-dom/server')
  const library = await import('slack-blocks-to-jsx')
  type Props = ComponentProps<typeof library.Message>
  const mention = (text: string): ReactNode => createElement('span', { className: 'mention' }, text)
  return (block, tz) => {
    const hooks: Props['hooks'] = {
      user: ({ id }) => mention(`@${displayName(state, id)}`),
      channel: ({ id }) => mention(`#${state.channel(id)?.name ?? id}`),
      usergroup: ({ id }) => mention(`@${id}`),
      date: ({ timestamp, format }) => {
        const when = new Date(Number(timestamp) * 1000)
        return createElement('time', { dateTime: when.toISOString() }, slackDate(when, format, tz, now()))
      },
    }
    const shown = block.type === 'data_visualization' ? withFittingLabels(block) : block
    const props: Props = { blocks: [shown], hooks, logo: '', name: '', withoutWrapper: true }
    const markup = renderToStaticMarkup(createElement(library.Message, props))
    // The library repeats one id and the light theme on every message; both are said by class and by the page here.
    return { markup: markup.replace(' id="slack_blocks_to_jsx" data-theme="light"', '') }
  }
}
