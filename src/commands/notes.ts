import { z } from 'zod'
import { mayChange } from '../core/answers/day-notes.ts'
import { defineCommand } from '../core/command/define.ts'
import { plural } from '../core/format.ts'
import { tableOfThings, text } from '../core/reply.ts'
import { daysText } from '../core/sql/window.ts'

export default defineCommand({
  name: 'notes',
  aliases: ['all-notes', 'note-list'],
  summary: 'Lists the notes on days, those of people and of the bot, newest day first',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['notes'],
  async run(_args, { deps, who }) {
    const notes = (await deps.ledger.annotations.list()).toReversed()
    const add = { label: 'Add a note…', line: 'note', form: true }
    if (notes.length === 0) {
      const words = 'No notes yet. The bot writes one when a load is held, when plays come late and after a rollback.'
      return { headline: 'No notes yet.', replies: [text(words)], next: [add] }
    }
    return {
      headline: `${plural(notes.length, 'note')}.`,
      replies: [
        tableOfThings(notes, {
          title: 'Notes',
          columns: { id: 'id', days: 'text', note: 'text', by: 'text', written: 'time' },
          rowOf: ({ id, first, last, text: words, author, created }) => [
            id,
            daysText(first, last),
            words,
            author === null ? 'the bot' : author.name,
            created,
          ],
          action: (note) => (mayChange(note, who) ? { label: 'Remove', line: `note-remove ${note.id}` } : null),
        }),
      ],
      next: [add],
    }
  },
})
