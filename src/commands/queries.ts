import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { plural } from '../core/format.ts'
import { includesRole } from '../core/people.ts'
import { text } from '../core/reply.ts'
import type { QueryFile } from '../core/sql/files.ts'

/** How a question is answered, by what its file declares: along time, as a list of any length, or in a few figures. */
const kinds = {
  'Over time': ({ chart }: QueryFile) => chart?.type === 'line' || chart?.type === 'area',
  Rankings: ({ params }: QueryFile) => params.some(({ name }) => name === 'n'),
  Figures: () => true,
} as const

export default defineCommand({
  name: 'queries',
  aliases: ['questions'],
  summary: 'Lists the questions you can ask of the warehouse',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['queries'],
  async run(_args, { deps, who }) {
    const queries = deps.library.queries.filter(({ role }) => includesRole(who.role, role))
    const hidden = deps.library.queries.length - queries.length
    const rest = hidden === 0 ? '' : ` ${plural(hidden, 'more needs', 'more need')} a higher role.`
    const groups = Object.keys(kinds).map((kind) => ({
      title: kind,
      items: queries
        .filter((query) => kindOf(query) === kind)
        .map(({ name, description }) => ({ name, text: description, line: name })),
    }))
    return {
      headline: `${plural(queries.length, 'question')}.`,
      replies: [
        {
          kind: 'menu',
          groups: groups.filter(({ items }) => items.length > 0),
          choose: { label: 'Ask a question…', form: true },
        },
        text(`Type help and a name to see its parameters: help top-songs.${rest}`, 'note'),
      ],
    }
  },
})

function kindOf(query: QueryFile): string | undefined {
  return Object.entries(kinds).find(([, fits]) => fits(query))?.[0]
}
