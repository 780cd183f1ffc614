import type { Block } from '../message.ts'
import { mrkdwn } from './mrkdwn.ts'

/** The forms of a message that have blocks, richest first; below the last one are words alone. */
export const forms = ['newest', 'older', 'oldest'] as const
export type Form = (typeof forms)[number]

/**
 * One part of an answer in each of its forms: with Slack's newest blocks (`data_table`, `data_visualization`, `plan`), with
 * `table` and bars of text, with nothing that Slack did not have ten years ago. `label` names it in a sentence; `words` are
 * lines of safe mrkdwn that are not to be torn apart.
 */
export interface Part extends Readonly<Record<Form, readonly Block[]>> {
  readonly label: string
  readonly words: readonly string[]
}

/** A part that looks the same in every form. */
export function simplePart(label: string, blocks: readonly Block[], words: string = label): Part {
  return { label, newest: blocks, older: blocks, oldest: blocks, words: words === '' ? [] : mrkdwn(words).split('\n') }
}
