/**
 * An approval is stored with the run that it begins. A plan that an earlier version approved and did not begin, because its process died, can
 * be confirmed again, or expires.
 */
export const approvals: readonly string[] = [
  `update plans set ending = null
    where ending ->> '$.kind' = 'approved' and ending ->> '$.process' is not null
      and not exists (select 1 from attempts where approval is not null and approval ->> '$.id' = plans.id)`,
]
