import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/core/command/suggest.ts'

const names = ['pause', 'pulse', 'top-songs', 'top-users', 'etl', 'qa', 'runs', 'run-again', 'tear-down', 'status']

describe('the nearest word', () => {
  it.each([
    ['top-sogns', 'top-songs'],
    ['topsongs', 'top-songs'],
    ['tear-donw', 'tear-down'],
    ['elt', 'etl'],
    ['pluse', 'pulse'],
    ['puase', 'pause'],
    ['run', 'runs'],
    ['stat', 'status'],
    ['aq', 'qa'],
  ])('to %s is %s', (word, meant) => {
    expect(nearest(word, names)).toBe(meant)
  })

  it.each(['', 'x', 'sandwich', 'drop-table', 'x'.repeat(3000)])('to %.10j is none of them', (word) => {
    expect(nearest(word, names)).toBeNull()
  })
})
