import { z } from 'zod'
import { addNote, noteLine, noteText } from '../core/answers/day-notes.ts'
import { optionalDays, optionalText, words } from '../core/command/args.ts'
import { defineCommand } from '../core/command/define.ts'
import { shown } from '../core/command/read-arguments.ts'
import { OpsError } from '../core/errors.ts'
import { text as textReply } from '../core/reply.ts'
import { maxNoteLength } from '../core/warehouse/load-notes.ts'

export default defineCommand({
  name: 'note',
  summary: 'Writes a note on a day or on several: charts mark it, answers about those days show it',
  group: 'questions',
  role: 'viewer',
  effect: 'bot',
  schedulable: false,
  audience: 'channel',
  act: 'Add note',
  args: z.object({
    days: optionalDays({
      label: 'Days',
      about: 'a day, or the first and the last one: 2018-11-15..2018-11-20',
      form: 'required',
    }),
    text: optionalText({
      label: 'Note',
      about: 'what happened',
      bare: false,
      maxLength: maxNoteLength,
      accepts: `text of up to ${maxNoteLength} characters`,
      form: 'required',
    }),
    words: words({ about: 'the note, in quotation marks', accepts: '"campaign"' }),
  }),
  examples: ['note 2018-11-15 "campaign"', 'note 2018-11-15..2018-11-20 "outage"'],
  async run({ days, text, words: typed }, context) {
    if (days === undefined) {
      const [first] = typed
      const why =
        first === undefined || typed.length < 2
          ? 'A note needs a day.'
          : `"${shown(first)}" is not a day or a range of days.`
      throw new OpsError('bad_argument', `${why} Nothing was done.`, 'Type note 2018-11-15 "campaign".', {
        field: 'days',
        fixCommand: 'notes',
      })
    }
    const note = await addNote(days, noteText(text, typed), context)
    const headline = `Note ${noteLine(note)}.`
    return {
      headline,
      replies: [textReply(headline, 'good')],
      next: [
        { label: 'Edit…', line: `note-edit ${note.id}`, form: true },
        { label: 'Remove', line: `note-remove ${note.id}` },
        { label: 'All notes', line: 'notes' },
      ],
    }
  },
})
