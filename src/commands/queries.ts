import { z } from 'zod'
import { mayUse } from '../core/command/catalog.ts'
import { defineCommand } from '../core/command/define.ts'
import { declaredArguments } from '../core/command/read-arguments.ts'
import { text } from '../core/reply.ts'

export default defineCommand({
  name: 'queries',
  summary: 'What can be asked of the warehouse, with parameters',
  group: 'questions',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({}),
  examples: ['queries'],
  async run(_args, { catalog, who }) {
    const queries = catalog.commands.filter(
      (c) => c.group === 'questions' && c.name !== 'queries' && mayUse(c, who.role),
    )
    const rows = queries.map((query) => [
      query.name,
      query.summary,
      declaredArguments(query.args)
        .map(({ name }) => name)
        .join(', '),
      query.examples.at(-1) ?? query.name,
    ])
    return {
      headline: `${queries.length} questions to ask.`,
      replies: [
        {
          kind: 'table',
          title: 'Questions',
          columns: ['query', 'answers', 'parameters', 'example'],
          rows,
          total: rows.length,
        },
        text('help top songs tells the parameters of one.', 'note'),
      ],
      next: queries.slice(0, 3).map((query) => ({ label: query.name.replaceAll('-', ' '), line: query.name })),
    }
  },
})
