import type { JsonAction } from '../services.ts'
import { describeStatement } from './describe.ts'
import { byId, invalid, listInput, readInput } from './input.ts'
import { allowOwn, findStatement } from './lookup.ts'
import { getStatementResult } from './result.ts'
import { hasEnded } from './statement.ts'
import { batchExecuteStatement, executeStatement } from './submit.ts'

const cancelStatement: JsonAction = ({ world, caller, input }) => {
  const { Id } = readInput(byId, input)
  const { statement } = findStatement(world, caller, 'redshift-data:CancelStatement', Id)
  if (hasEnded(statement.status)) {
    throw invalid(`Could not cancel a query that is already in ${statement.status} state with ID: ${Id}`)
  }
  statement.cancel.abort()
  return { Status: true }
}

const listStatements: JsonAction = ({ world, caller, input }) => {
  const request = readInput(listInput, input)
  allowOwn(caller, 'redshift-data:ListStatements')
  const all = [...world.statements.values()]
    .filter((each) => request.Status === undefined || request.Status === 'ALL' || each.status === request.Status)
    .filter((each) => request.StatementName === undefined || each.name?.startsWith(request.StatementName) === true)
    .filter(
      (each) =>
        request.ClusterIdentifier === undefined || each.session.cluster.identifier === request.ClusterIdentifier,
    )
    .toReversed()
  const from = Number(request.NextToken ?? 0)
  const to = from + (request.MaxResults ?? 100)
  return {
    Statements: all.slice(from, to).map((each) => ({
      Id: each.id,
      StatementName: each.name,
      Status: each.status,
      SecretArn: each.session.secretArn,
      QueryString: each.mode === undefined ? each.parts[0]?.sql : undefined,
      QueryStrings: each.mode === undefined ? undefined : each.parts.map((part) => part.sql),
      IsBatchStatement: each.mode !== undefined,
      CreatedAt: new Date(each.createdAt),
      UpdatedAt: new Date(each.updatedAt),
      ResultFormat: 'JSON',
    })),
    NextToken: to < all.length ? String(to) : undefined,
  }
}

/** The operations of the Data API that the double knows. https://docs.aws.amazon.com/redshift-data/latest/APIReference/ */
export const dataActions: Readonly<Record<string, JsonAction>> = {
  ExecuteStatement: executeStatement,
  BatchExecuteStatement: batchExecuteStatement,
  DescribeStatement: describeStatement,
  GetStatementResult: getStatementResult,
  CancelStatement: cancelStatement,
  ListStatements: listStatements,
}
