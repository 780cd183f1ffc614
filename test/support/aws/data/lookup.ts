import { AwsError } from '../error.ts'
import type { World } from '../world.ts'
import type { Part, Statement } from './statement.ts'

/** Statements and their results are kept for 24 hours (management guide, data-api). */
const keptMs = 24 * 3_600_000

/** A statement, and the part that an id with a suffix names; the part of an ExecuteStatement is itself. */
export type Found = { readonly statement: Statement; readonly part: Part | undefined }

/** The statement that an id names; ResourceNotFoundException when there is none, or not any more. */
export function findStatement(world: World, id: string): Found {
  const [whole, number] = id.split(':')
  const statement = world.statements.get(whole ?? id)
  const isKept = statement !== undefined && world.clock.now() - statement.createdAt < keptMs
  const part = number === undefined ? undefined : statement?.parts[Number(number) - 1]
  if (!isKept || (number !== undefined && (part === undefined || statement.mode === undefined))) {
    throw new AwsError('ResourceNotFoundException', 'Query does not exist.', 400, { ResourceId: id })
  }
  return { statement, part: statement.mode === undefined ? statement.parts[0] : part }
}
