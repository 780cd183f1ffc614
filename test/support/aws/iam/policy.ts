import { z } from 'zod'
import { AwsError } from '../error.ts'

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())

const conditionValues = z
  .union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))])
  .transform((value) => [value].flat().map(String))

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMany)]).optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
})

const policy = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
})

/** An IAM policy, its single values made lists. */
export type Policy = z.output<typeof policy>

/** One statement of a policy. */
export type PolicyStatement = Policy['Statement'][number]

/** Reads a policy, given as an object or as its JSON text; MalformedPolicyDocument when it is none. */
export function parsePolicy(document: unknown): Policy {
  const parsed = policy.safeParse(typeof document === 'string' ? jsonOf(document) : document)
  if (!parsed.success) throw new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.')
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json')
  }
}
