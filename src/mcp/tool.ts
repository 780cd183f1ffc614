import type { Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Command } from '../core/command/define.ts'
import { type Declared, declaredArguments } from '../core/command/read-arguments.ts'

/** A command as a tool: what it is for, and its arguments as a JSON schema, from its definition alone. */
export function toolOf(command: Command): Tool {
  const { name, summary, effect, plans } = command
  const declared = declaredArguments(command.args)
  const required = declared.filter(({ meta }) => meta.form === 'required').map((argument) => argument.name)
  return {
    name,
    description: plans ? `${summary}. A person may have to confirm it in Slack.` : summary,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(declared.map((argument) => [argument.name, schemaOf(argument)])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: effect === 'none' || effect === 'read',
      destructiveHint: effect === 'write',
      openWorldHint: false,
    },
  }
}

type JsonSchema = Record<string, boolean | number | string | string[] | { type: 'string' }>

/** What may be given for an argument: a whole number within its bounds, one of its values, words, or text that the command itself reads. */
function schemaOf({ schema, meta }: Declared): JsonSchema {
  const { about, accepts, values, fallback } = meta
  const description = values === undefined ? `${about} (${accepts})` : about
  if (meta.rest) return { type: 'array', items: { type: 'string' }, description }
  const usual = fallback === undefined ? {} : { default: fallback }
  if (values !== undefined) return { type: 'string', enum: [...values], description, ...usual }
  const { type, minimum, maximum } = boundsSchema.parse(
    z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }),
  )
  if (type !== 'integer') return { type: 'string', description, ...usual }
  return {
    type,
    description,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(fallback === undefined ? {} : { default: Number(fallback) }),
  }
}

const boundsSchema = z.object({
  type: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
})
