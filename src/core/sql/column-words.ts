import { type Format, formatSchema } from '../reply.ts'
import { badSqlFile, type HeaderField } from './header.ts'

/** How a column is written for people, where its name and its type are not enough; a format of null is that of its type. */
export interface ColumnWords {
  readonly title: string
  readonly format: Format | null
}

/** The lines `column` of a header, by column: `Share of plays`, or `Share of plays, percent`. Throws `bad_sql_file`. */
export function columnsOf(path: string, fields: readonly HeaderField[]): Readonly<Record<string, ColumnWords>> {
  const columns = fields.filter(({ key }) => key === 'column')
  const titles = new Set<string>()
  return Object.fromEntries(
    columns.map((field) => {
      const words = parseColumn(path, field)
      if (titles.has(words.title)) {
        throw badSqlFile(
          path,
          field.line,
          `two columns have the title "${words.title}"`,
          'Give each a title of its own.',
        )
      }
      titles.add(words.title)
      return [field.argument ?? '', words]
    }),
  )
}

function parseColumn(path: string, field: HeaderField): ColumnWords {
  const [title = '', word, ...more] = field.value.split(/,\s*/)
  if (word === undefined) return { title, format: null }
  const format = formatSchema.safeParse(word)
  if (format.success && more.length === 0) return { title, format: format.data }
  const remedy = `Write a title, or a title and a format: ${formatSchema.options.join(', ')}.`
  throw badSqlFile(path, field.line, `column ${field.argument} is "${field.value}"`, remedy)
}
