import { csvOf } from '../../core/csv.ts'
import type { TableReply } from '../../core/reply.ts'
import { cleanLine } from '../../core/words.ts'
import type { CsvFile } from '../message.ts'
import { cut } from './cut.ts'

/** A whole table as a file to be uploaded. */
export function csvFile(table: TableReply): CsvFile {
  const { name, content } = csvOf(table)
  return { filename: name, title: cut(cleanLine(table.title), 150), content }
}
