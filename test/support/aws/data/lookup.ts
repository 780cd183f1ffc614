import { AwsError } from '../error.ts'
import { type Caller, sceneAccessKeyId } from '../iam/caller.ts'
import type { World } from '../world.ts'
import { invalid } from './input.ts'
import type { Part, Statement } from './statement.ts'

/** Statements and their results are kept for 24 hours (management guide, data-api). */
const keptMs = 24 * 3_600_000

/** The condition key that limits a policy to statements of some owners. */
const ownerKey = 'redshift-data:statement-owner-iam-userid'

/** A statement, and the part that an id with a suffix names; the part of an ExecuteStatement is itself. */
export type Found = { readonly statement: Statement; readonly part: Part | undefined }

/**
 * The statement that an id names, once the caller is allowed to do this to statements of its owner. ResourceNotFoundException when there
 * is none, or when it is another principal's; ValidationException when it is not kept any more (pulumi/pulumi-aws#2055).
 */
export function findStatement(world: World, caller: Caller, action: string, id: string): Found {
  const [whole, number] = id.split(':')
  const statement = world.statements.get(whole ?? id)
  caller.allow(action, '*', { [ownerKey]: statement?.owner ?? caller.userId })
  const part = number === undefined ? undefined : statement?.parts[Number(number) - 1]
  const isThere = statement !== undefined && isOwn(statement, caller)
  if (!isThere || (number !== undefined && (part === undefined || statement.mode === undefined))) {
    throw new AwsError('ResourceNotFoundException', 'Query does not exist.', 400, { ResourceId: id })
  }
  if (world.clock.now() - statement.createdAt >= keptMs) {
    throw invalid('Could not retrieve the query result as it has expired after 24 hours.')
  }
  return { statement, part: statement.mode === undefined ? statement.parts[0] : part }
}

/** Asks for an action on one's own statements. */
export function allowOwn(caller: Caller, action: string): void {
  caller.allow(action, '*', { [ownerKey]: caller.userId })
}

/** Sessions of one role see each other's statements, where their policy lets them. */
function isOwn({ owner }: Statement, caller: Caller): boolean {
  return caller.accessKeyId === sceneAccessKeyId || owner.split(':')[0] === caller.userId.split(':')[0]
}
