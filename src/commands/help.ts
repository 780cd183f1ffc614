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
import { plural } from '../core/format.ts'
import { linesGroup, type MenuReply, type Reply, type TableReply, text } from '../core/reply.ts'

const headings = { warehouse: 'Warehouse', questions: 'Questions', schedules: 'Schedules', bot: 'Bot' } as const

const effects = {
  none: 'Changes nothing.',
  read: 'Changes nothing.',
  bot: "Changes nothing but the bot's own records.",
  write: 'Changes the warehouse.',
} as const

export default defineCommand({
  name: 'help',
  summary: 'Lists the commands you may use; help etl shows one in full',
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
  const byGroup = groups.map((group) => ({
    title: headings[group],
    items: usable
      .filter((command) => command.group === group)
      .map(({ name, summary }) => ({ name, text: summary, line: `help ${name}` })),
  }))
  const menu: MenuReply = {
    kind: 'menu',
    groups: byGroup.filter(({ items }) => items.length > 0),
    choose: { label: 'Help on a command…' },
  }
  const hidden = catalog.commands.length - usable.length
  const rest = hidden === 0 ? '' : ` ${plural(hidden, 'more command needs', 'more commands need')} a higher role.`
  return {
    headline: `${plural(usable.length, 'command')} for ${who.role === 'viewer' ? 'viewers' : `${who.role}s`}.`,
    replies: [
      menu,
      text(`Your role here: ${who.role}.${rest} Type commands as you would say them: top songs 20 last=7d`, 'note'),
    ],
    next: [{ label: 'Status', line: 'status' }],
  }
}

function one(command: Command, context: Context): Outcome {
  const needs = `Needs the role ${command.role}. ${effects[command.effect]}`
  return {
    headline: `${command.name}: ${command.summary}.`,
    replies: [
      text(`${command.name}: ${command.summary}.\n${needs}`),
      ...parameters(command),
      moreAbout(command, context),
    ],
    next: command.effect === 'read' && declaredArguments(command.args).length > 0 ? asking(command) : [],
  }
}

/** Its examples, and the commands whose names begin with this one's, such as `schedule-add`; none for most. */
function moreAbout({ name, examples }: Command, { catalog, who }: Context): Reply {
  const members = catalog.commands.filter((member) => member.name.startsWith(`${name}-`) && mayUse(member, who.role))
  const groups = [
    linesGroup('Examples', examples),
    {
      title: 'More commands',
      items: members.map((member) => ({
        name: member.name.replaceAll('-', ' '),
        text: member.summary,
        line: `help ${member.name}`,
      })),
    },
  ]
  return { kind: 'menu', groups: groups.filter(({ items }) => items.length > 0) }
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

function commandNamed(typed: readonly string[], { catalog }: Context): Command {
  const name = tokenize(typed.join(' '))
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
    meant === null ? 'Type help to see all commands.' : `Did you mean help ${meant}?`,
  )
}
