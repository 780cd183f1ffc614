import { z } from 'zod'
import { findOwnNote, noteLine, noteNotFound, noteNumber } from '../../core/answers/day-notes.ts'
import { defineCommand } from '../../core/command/define.ts'

export default defineCommand({
  name: 'note-remove',
  summary: 'Removes a note: your own, or any as an operator',
  group: 'questions',
  role: 'viewer',
  effect: 'bot',
  schedulable: false,
  audience: 'channel',
  args: z.object({ id: noteNumber() }),
  examples: ['note remove 12'],
  async run({ id }, context) {
    const note = await findOwnNote(id, context)
    if (!(await context.deps.ledger.annotations.remove(note.id))) throw noteNotFound(note.id)
    return {
      headline: `Note ${note.id} was removed: ${noteLine(note)}.`,
      tone: 'good',
      next: [{ label: 'All notes', line: 'notes' }],
    }
  },
})
