import { type ValueRule, valueRules } from '../core/unreadable.ts'

/** A field of a source file: its name as its writers spell it, its column in staging, and the column's type. */
export interface Field {
  readonly key: string
  readonly column: string
  readonly type: 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'DOUBLE'
  /** Which of its values can be; undefined where all can that its type holds. */
  readonly rule: ValueRule | undefined
}

/** Whether the field is a whole number. */
export function isWhole({ type }: Field): boolean {
  return type === 'INTEGER' || type === 'BIGINT'
}

/** What one kind of source file holds. `format`: one object a line, or objects however they are laid out. */
export interface Dataset {
  readonly name: 'log' | 'song'
  readonly table: string
  readonly format: 'newline_delimited' | 'unstructured'
  readonly fields: readonly Field[]
}

/** The log's 18 fields and the catalogue's 10, as Udacity's public `udacity-dend` bucket has them. */
export const datasets: Readonly<Record<Dataset['name'], Dataset>> = {
  log: {
    name: 'log',
    table: 'staging_events',
    format: 'newline_delimited',
    fields: fields('log', {
      artist: 'VARCHAR',
      auth: 'VARCHAR',
      firstName: 'VARCHAR',
      gender: 'VARCHAR',
      itemInSession: 'INTEGER',
      lastName: 'VARCHAR',
      length: 'DOUBLE',
      level: 'VARCHAR',
      location: 'VARCHAR',
      method: 'VARCHAR',
      page: 'VARCHAR',
      registration: 'DOUBLE',
      sessionId: 'INTEGER',
      song: 'VARCHAR',
      status: 'INTEGER',
      ts: 'BIGINT',
      userAgent: 'VARCHAR',
      userId: 'VARCHAR',
    }),
  },
  song: {
    name: 'song',
    table: 'staging_songs',
    format: 'unstructured',
    fields: fields('song', {
      num_songs: 'INTEGER',
      artist_id: 'VARCHAR',
      artist_latitude: 'DOUBLE',
      artist_longitude: 'DOUBLE',
      artist_location: 'VARCHAR',
      artist_name: 'VARCHAR',
      song_id: 'VARCHAR',
      title: 'VARCHAR',
      duration: 'DOUBLE',
      year: 'INTEGER',
    }),
  },
}

function fields(dataset: Dataset['name'], types: Readonly<Record<string, Field['type']>>): readonly Field[] {
  return Object.entries(types).map(([key, type]) => ({
    key,
    column: key.toLowerCase(),
    type,
    rule: valueRules[dataset].find((rule) => rule.key === key),
  }))
}
