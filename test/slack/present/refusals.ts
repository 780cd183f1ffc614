import { existsSync } from 'node:fs'
import type { HomeView, ModalView } from '@slack/types'
import type { Fallbacks, SlackMessage } from '../../../src/slack/outbound/fallbacks.ts'

// The local workspace knows what Slack refuses; the bot is whole without it, and these tests then look at less.
const rules = new URL('../../../src/workspace/validate.ts', import.meta.url)
const workspace = existsSync(rules) ? await import('../../../src/workspace/validate.ts') : null

/** Whether Slack's rules are at hand, or only the counts that are looked at here. */
export const strict = workspace !== null

/** What Slack would refuse of this message; empty when it would take it. */
export function refusalsOf({ text, blocks }: SlackMessage): readonly string[] {
  const found: string[] = []
  if (text.trim() === '') found.push('text is empty')
  if (text.length > 3_900) found.push(`text has ${text.length} characters`)
  if (blocks.length > 50) found.push(`${blocks.length} blocks`)
  if (workspace === null) return found
  const { issues } = workspace.checkMessageBlocks(blocks)
  found.push(...issues.map(({ pointer, message }) => `${pointer}: ${message}`))
  const characters = workspace.charactersOf(blocks)
  if (characters > workspace.maxMessageCharacters) found.push(`${characters} characters`)
  return found
}

/** The same for every fallback; the last one must be words alone. */
export function refusalsOfLadder(ladder: Fallbacks): readonly string[] {
  const last = ladder.at(-1)
  return [
    ...ladder.flatMap((message, at) => refusalsOf(message).map((refusal) => `fallback ${at + 1}: ${refusal}`)),
    ...(last === undefined || last.blocks.length > 0 ? ['the last fallback has blocks'] : []),
  ]
}

/** What Slack would refuse of this modal. */
export function refusalsOfModal(view: ModalView): readonly string[] {
  const issues = workspace?.checkModal(view).issues ?? []
  return issues.map(({ pointer, message }) => `${pointer}: ${message}`)
}

/** What Slack would refuse of this Home tab. */
export function refusalsOfHome(view: HomeView): readonly string[] {
  const issues = workspace?.checkHome(view).issues ?? []
  return issues.map(({ pointer, message }) => `${pointer}: ${message}`)
}
