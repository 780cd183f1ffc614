/** Answers that hold rows of the warehouse are found when their time is over, without reading all others. */
export const forgetting: readonly string[] = [
  `create index runs_holding_rows on runs (ended) where json_array_length(answer, '$.replies') > 0
    and (answer ->> '$.asked' is not null or answer ->> '$.rowsOf' is not null or command in ('result', 'csv'))`,
]
