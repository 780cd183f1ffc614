import { z } from 'zod'
import { AwsError } from '../error.ts'

const parameter = z.object({ name: z.string(), value: z.string() })

const target = {
  ClusterIdentifier: z.string().optional(),
  SecretArn: z.string().optional(),
  DbUser: z.string().optional(),
  Database: z.string().optional(),
  WorkgroupName: z.string().optional(),
  SessionId: z.string().optional(),
  StatementName: z.string().max(500).optional(),
  Parameters: z.array(parameter).optional(),
  ClientToken: z.string().min(1).max(64).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(30).optional(),
  WithEvent: z.boolean().optional(),
}

/** The request of ExecuteStatement. */
export const executeInput = z.object({ Sql: z.string().min(1), ...target })

/** The request of BatchExecuteStatement. */
export const batchInput = z.object({
  Sqls: z.array(z.string().min(1)).min(1).max(40),
  ExecutionMode: z.enum(['TRANSACTION', 'AUTO_COMMIT']).optional(),
  ...target,
})

/** What both have in common. */
export type SubmitInput = Omit<z.output<typeof executeInput>, 'Sql'>

const statementId = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/)

/** The requests that name a statement. */
export const byId = z.object({
  Id: statementId,
  WaitTimeSeconds: z.number().int().min(0).max(30).optional(),
  NextToken: z.string().optional(),
})

/** The request of ListStatements. */
export const listInput = z.object({
  MaxResults: z.number().int().min(0).max(100).optional(),
  NextToken: z.string().optional(),
  StatementName: z.string().optional(),
  Status: z.string().optional(),
  ClusterIdentifier: z.string().optional(),
  Database: z.string().optional(),
})

/** Reads a request; ValidationException naming the first member that is wrong. */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const member = (issue?.path ?? []).map((step) =>
    typeof step === 'number' ? `${step + 1}.member` : lowerFirst(String(step)),
  )
  throw invalid(
    `1 validation error detected: Value at '${member.join('.')}' failed to satisfy constraint: ${issue?.message}`,
  )
}

/** A ValidationException. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}

/** The parameters by name: names `[0-9a-zA-Z_]+`, values of at least one character, each used by a statement. */
export function parametersOf(input: SubmitInput, used: ReadonlySet<string>): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const [at, { name, value }] of (input.Parameters ?? []).entries()) {
    if (!/^[0-9a-zA-Z_]+$/.test(name))
      throw constraint(`parameters.${at + 1}.member.name`, 'satisfy regular expression pattern: [0-9a-zA-Z_]+')
    if (value === '') throw constraint(`parameters.${at + 1}.member.value`, 'have length greater than or equal to 1')
    given.set(name, value)
  }
  const unused = [...given.keys()].filter((name) => !used.has(name))
  if (unused.length > 0) {
    throw invalid(`Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`)
  }
  return given
}

function constraint(member: string, rule: string): AwsError {
  return invalid(`1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${rule}`)
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
