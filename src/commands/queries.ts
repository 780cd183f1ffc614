import { z } from 'zod'
import { defineCommand } from '../core/command/define.ts'
import { includesRole } from '../core/people.ts'
import { text } from '../core/reply.ts'
import type { QueryFile } from '../core/sql/files.ts'
import { plural } from '../core/words.ts'

/** How a question is answered, which its file tells: along time, as a list of any length, or in a few figures. */
const kinds = {
  'Over time': ({ chart }: QueryFile) => chart?.type === 'line' || chart?.type === 'area',
  Rankings: ({ params }: QueryFile) => params.some(({ name }) => name === 'n'),
  'In figures': () => true,
} as const

export default defineCommand({
  name: 'queries',
  summary: 'What can be asked of the warehouse, with an example each',
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
    const groups = Object.keys(kinds).flatMap((kind) => {
      const members = queries.filter((query) => kindOf(query) === kind)
      return members.length === 0 ? [] : [{ kind, members }]
    })
    return {
      headline: `${plural(queries.length, 'question')} to ask.`,
      replies: [
        ...groups.map(({ kind, members }) => text([kind, ...members.map(lineOf)].join('\n'))),
        text(`help top songs tells the parameters of one.${rest}`, 'note'),
      ],
      next: groups.flatMap(({ members: [first] }) =>
        first === undefined ? [] : [{ label: `${first.title}…`, line: first.name, form: true }],
      ),
    }
  },
})

function kindOf(query: QueryFile): string | undefined {
  return Object.entries(kinds).find(([, fits]) => fits(query))?.[0]
}

/** The last example says most. */
function lineOf({ name, description, examples }: QueryFile): string {
  return `• ${name}: ${description}\n   ${examples.at(-1) ?? name}`
}
