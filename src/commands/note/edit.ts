import { z } from 'zod'
import { findOwnNote, noteLine, noteNotFound, noteNumber, noteText } from '../../core/answers/day-notes.ts'
import { optionalDays, optionalText, words } from '../../core/command/args.ts'
import { defineCommand } from '../../core/command/define.ts'
import { text as textReply } from '../../core/reply.ts'
import { maxNoteLength } from '../../core/warehouse/load-notes.ts'

export default defineCommand({
  name: 'note-edit',
  summary: 'Changes the days or the text of a note: your own, or any as an operator',
  group: 'questions',
  role: 'viewer',
  effect: 'bot',
  schedulable: false,
  audience: 'channel',
  args: z.object({
    id: noteNumber(),
    days: optionalDays({ label: 'Days', about: 'as they are if left out' }),
    text: optionalText({
      label: 'Note',
      about: 'as it is if left out',
      bare: false,
      maxLength: maxNoteLength,
      accepts: `text of up to ${maxNoteLength} characters`,
    }),
    words: words({ about: 'the note, in quotation marks', accepts: '"campaign"' }),
  }),
  examples: ['note edit 12 "TV campaign"', 'note edit 12 2018-11-16'],
  async run({ id, days, text, words: typed }, context) {
    const note = await findOwnNote(id, context)
    const isSame = text === undefined && typed.length === 0
    const { first, last } = days ?? note
    const changes = { first, last, text: isSame ? note.text : noteText(text, typed) }
    const changed = await context.deps.ledger.annotations.change(note.id, changes)
    if (changed === null) throw noteNotFound(note.id)
    const headline = `Note ${noteLine(changed)}.`
    return {
      headline,
      replies: [textReply(headline, 'good'), textReply(`Before: ${noteLine(note)}.`, 'note')],
      next: [{ label: 'All notes', line: 'notes' }],
    }
  },
})
