import { z } from 'zod'
import type { Suggestion } from '../core/answer.ts'
import { words } from '../core/command/args.ts'
import { mayUse } from '../core/command/catalog.ts'
import type { Context } from '../core/command/context.ts'
import { type Command, defineCommand, groups, type Outcome } from '../core/command/define.ts'
import { tokenize } from '../core/command/line.ts'
import { declaredArguments } from '../core/command/read-arguments.ts'
import { nearest } from '../core/command/suggest.ts'
import { OpsError } from '../core/errors.ts'
import { type TableReply, type TextReply, text } from '../core/reply.ts'

const headings = {
  warehouse: 'The warehouse',
  questions: 'Questions',
  schedules: 'On a schedule',
  bot: 'The bot',
} as const

const touches = {
  none: 'Changes nothing.',
  read: 'Changes nothing.',
  bot: "Changes nothing but the bot's own records.",
  write: 'Changes the warehouse.',
} as const

export default defineCommand({
  name: 'help',
  summary: 'What you may do here; help etl tells one command in full',
  group: 'bot',
  role: 'viewer',
  effect: 'none',
  audience: 'asker',
  args: z.object({ command: words({ about: 'one command', accepts: 'the name of a command' }) }),
  examples: ['help', 'help top songs'],
  async run({ command }, context) {
    return command.length === 0 ? everything(context) : one(commandNamed(command, context), context)
  },
})

function everything({ catalog, who }: Context): Outcome {
  const usable = catalog.commands.filter((command) => mayUse(command, who.role))
  const replies = groups.flatMap((group) => {
    const inGroup = usable.filter((command) => command.group === group)
    return inGroup.length === 0
      ? []
      : [text(`${headings[group]}\n${inGroup.map((c) => `• ${c.name}: ${c.summary}`).join('\n')}`)]
  })
  const hidden = catalog.commands.length - usable.length
  const rest = hidden === 0 ? '' : ` ${hidden} more need a higher role.`
  return {
    headline: `${usable.length} commands for you, ${who.role}.`,
    replies: [
      ...replies,
      text(`You are ${who.role} here.${rest} Words may be said plainly: top songs 20 last=7d`, 'note'),
    ],
    next: [{ label: 'Status', line: 'status' }],
  }
}

function one(command: Command, context: Context): Outcome {
  const needs = `Needs: ${command.role}. ${touches[command.effect]}`
  const examples = command.examples.map((line) => `• ${line}`).join('\n')
  return {
    headline: `${command.name}: ${command.summary}.`,
    replies: [
      text(`${command.name}: ${command.summary}.\n${needs}`),
      ...parameters(command),
      text(`For example\n${examples}`),
      ...under(command, context),
    ],
    next: command.effect === 'read' && declaredArguments(command.args).length > 0 ? asking(command) : [],
  }
}

/** The commands whose names begin with this one's, such as `schedule-add`; none for most. */
function under({ name }: Command, { catalog, who }: Context): readonly TextReply[] {
  const parts = catalog.commands.filter((part) => part.name.startsWith(`${name}-`) && mayUse(part, who.role))
  const lines = parts.map((part) => `• ${part.name.replaceAll('-', ' ')}: ${part.summary}`)
  return lines.length === 0 ? [] : [text(`Also\n${lines.join('\n')}`)]
}

/** A question can be asked at once, as it is or with what a form asks for. */
function asking({ name }: Command): readonly Suggestion[] {
  return [
    { label: 'Ask', line: name },
    { label: 'With parameters…', line: name, form: true },
  ]
}

/** The parameters of a command as a table; none for a command that takes nothing. */
function parameters(command: Command): readonly TableReply[] {
  const rows = declaredArguments(command.args).map(({ name, meta }) => [
    name,
    meta.accepts,
    meta.fallback ?? '–',
    meta.about,
  ])
  if (rows.length === 0) return []
  const columns = ['parameter', 'takes', 'default', 'meaning']
  return [{ kind: 'table', title: `Parameters of ${command.name}`, columns, rows, total: rows.length }]
}

function commandNamed(said: readonly string[], { catalog }: Context): Command {
  const name = tokenize(said.join(' '))
    .map((token) => (token.kind === 'word' ? token.text : token.name))
    .join('-')
    .toLowerCase()
    .replaceAll('_', '-')
  const command = catalog.find(name)
  if (command !== undefined) return command
  const meant = nearest(
    name,
    catalog.commands.map((known) => known.name),
  )
  throw new OpsError(
    'unknown_command',
    `There is no command "${name}".`,
    meant === null ? 'Say help for all.' : `Did you mean help ${meant}?`,
  )
}
