import type { Find } from './masked-sql.ts'

// https://docs.aws.amazon.com/redshift/latest/dg/r_pg_keywords.html
const reservedOnRedshift = new Set(
  `aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary
  blanksasnull both bytedict bzip2 case cast check collate column constraint create credentials cross current_date
  current_time current_timestamp current_user current_user_id default deferrable deflate defrag delta delta32k desc
  disable distinct do else emptyasnull enable encode encrypt encryption end except explicit false for foreign freeze
  from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially inner intersect
  interval into is isnull join leading left like limit localtime localtimestamp lun luns lzo lzop minus mostly16
  mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or order outer overlaps
  parallel partition percent permissions pivot placing primary raw readratio recover references rejectlog resort
  respect restore right select session_user similar snapshot some sysdate system table tag tdes text255 text32k then
  timestamp to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when where with
  without`.split(/\s+/),
)

/** Words that may stand beside a name or a value without being a name themselves. */
const grammar = new Set(
  `all and as asc between bigint boolean by case cast create cross current date decimal delete desc distinct double dow
  else end escape exists extract first following from full group having hour if in inner insert integer interval into is
  join last left like limit not null nulls on or order outer over partition preceding precision right rows select set
  smallint table then timestamp unbounded union update values varchar when where with within`.split(/\s+/),
)

/** Names given without AS: a word that is none of the grammar's, right after a value or another such word. */
export const bareAliases: Find = ({ code }) => {
  const tokens = [...code.matchAll(/'…*'|[a-z_]\w*|\d+(?:\.\d+)?|\S/g)]
  return tokens.flatMap(({ 0: token, index }, position) => {
    const before = tokens[position - 1]?.[0]
    if (before === undefined || !/^[a-z_]/.test(token) || grammar.has(token)) return []
    const afterValue = /^['\d)]/.test(before) || before === 'end'
    return afterValue || (/^[a-z_]/.test(before) && !grammar.has(before)) ? [index] : []
  })
}

/** Columns, tables and WITH steps that are called by a word that Redshift reserves. */
export const reservedNames: Find = ({ code }) => {
  const insideCast = /\bcast\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*$/
  const named = [...code.matchAll(/\bas\s+([a-z_]\w*)/g)].filter(
    (match) => !insideCast.test(code.slice(0, match.index)),
  )
  const steps = [...code.matchAll(/(?:\bwith|\),)\s+([a-z_]\w*)\s+as\s*\(/g)]
  return [...named, ...steps].filter((match) => reservedOnRedshift.has(match[1] ?? '')).map((match) => match.index)
}
