import { describe, expect, it } from 'vitest'
import { randomOf } from '../../src/sample/random.ts'

const draw = (seed: number, index = 0) => {
  const random = randomOf(seed, 'sessions', index)
  return Array.from({ length: 1_000 }, random.next)
}

describe('randomOf', () => {
  it('gives the same numbers for the same seed and stream, and others for any other', () => {
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(draw(7, 1)).not.toEqual(draw(7, 2))
    expect(randomOf(7, 'tracks').next()).not.toBe(randomOf(7, 'artists').next())
  })

  it('stays in [0, 1) and spreads evenly, also over the first numbers of neighbouring streams', () => {
    const firsts = Array.from({ length: 10_000 }, (_, index) => randomOf(1, 'tracks', index).next())
    for (const numbers of [draw(1), firsts]) {
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
      expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1)
    }
    expect(new Set(firsts.map((number) => Math.floor(number * 100))).size).toBe(100)
  })

  it('draws exponentially distributed numbers around their mean', () => {
    const random = randomOf(3, 'sessions')
    const numbers = Array.from({ length: 20_000 }, () => random.exponential(60))
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length / 60).toBeCloseTo(1, 1)
  })

  it('picks every element of a list', () => {
    const random = randomOf(5, 'sessions')
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c']))).size).toBe(3)
  })
})
