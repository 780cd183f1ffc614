import { describe, expect, it } from 'vitest'
import type { TableReply } from '../../src/core/reply.ts'
import { csvOf } from '../../src/core/tables.ts'

function table(rows: TableReply['rows'], given: Partial<TableReply> = {}): TableReply {
  return { kind: 'table', title: 'Top songs, 1–30 Nov', columns: ['song', 'plays'], rows, total: rows.length, ...given }
}

describe('a table as a file', () => {
  it('begins with a byte order mark, quotes what RFC 4180 asks for and ends every line with CRLF', () => {
    expect(
      csvOf(
        table([
          ['a "b", c', 1],
          ['two\nlines', null],
          ['old\rMac', 2],
        ]),
      ).content,
    ).toBe('\ufeffsong,plays\r\n"a ""b"", c",1\r\n"two\nlines",\r\n"old\rMac",2\r\n')
  })

  it('lets no spreadsheet calculate', () => {
    const cells = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\tx', '＝1+1']
    const lines = csvOf(table(cells.map((cell) => [cell, 0]))).content.split('\r\n')
    expect(lines.slice(1, 7)).toEqual(["'=1+1,0", "'+1+1,0", "'-1+1,0", "'@SUM(A1),0", "'\tx,0", "'＝1+1,0"])
    expect(csvOf(table([], { columns: ['=cmd()'] })).content).toBe("\ufeff'=cmd()\r\n")
  })

  it('leaves numbers numbers, those beyond 2^53 too, and times in ISO 8601', () => {
    const rows = [
      ['-9223372036854775808', -5],
      ['2018-11-30T21:59:12.345Z', 0.5],
      ['true', true],
    ] as const
    expect(csvOf(table(rows.map((row) => [...row]))).content).toBe(
      '\ufeffsong,plays\r\n-9223372036854775808,-5\r\n2018-11-30T21:59:12.345Z,0.5\r\ntrue,true\r\n',
    )
  })

  it('is named after its title, and says when it is not the whole', () => {
    expect(csvOf(table([['Undo', 1]])).name).toBe('top-songs-1-30-nov.csv')
    expect(csvOf(table([['Undo', 1]], { total: 9 })).name).toBe('top-songs-1-30-nov-first-1.csv')
    expect(csvOf(table([], { title: '日本' })).name).toBe('answer.csv')
  })
})
