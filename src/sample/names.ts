import type { Random } from './random.ts'
import {
  accentedFamily,
  accentedGiven,
  accentedNouns,
  adjectives,
  companies,
  ensembles,
  lights,
  mens,
  moments,
  nouns,
  surnames,
  verbs,
  womens,
} from './words.ts'

/** An invented song title, such as "Harbour Lights"; one in a hundred has letters outside ASCII. */
export function titleFrom(random: Random): string {
  if (random.chance(0.01)) return `${random.pick(adjectives)} ${random.pick(accentedNouns)}`
  const noun = random.pick(nouns)
  switch (random.below(8)) {
    case 0:
      return `${noun} ${random.pick(lights)}`
    case 1:
      return `${random.pick(adjectives)} ${noun}`
    case 2:
      return `The ${noun} of ${random.pick(adjectives)} ${random.pick(lights)}`
    case 3:
      return `${random.pick(verbs)} Me the ${noun} ${random.pick(moments)}`
    case 4:
      return `${random.pick(adjectives)} ${noun} (${random.pick(moments)})`
    case 5:
      return `${noun} & ${random.pick(nouns)}`
    case 6:
      return `Don't ${random.pick(verbs)} My ${random.pick(adjectives)} ${noun}`
    default:
      return `${noun} / ${random.pick(adjectives)} ${random.pick(lights)}`
  }
}

/**
 * An invented artist, such as "The Quiet Cartographers". One in twenty has letters outside ASCII: in the public
 * Sparkify log 326 of 6,820 plays have.
 */
export function artistFrom(random: Random): string {
  if (random.chance(0.05)) return `${random.pick(accentedGiven)} ${random.pick(accentedFamily)}`
  const adjective = random.pick(adjectives)
  switch (random.below(6)) {
    case 0:
      return `The ${adjective} ${random.pick(companies)}`
    case 1:
      return `${adjective} ${random.pick(nouns)} ${random.pick(ensembles)}`
    case 2:
      return `${random.pick(nouns)} & the ${adjective} ${random.pick(lights)}`
    case 3:
      return `${random.pick(random.chance(0.5) ? womens : mens)} ${random.pick(surnames)}`
    case 4:
      return `${random.pick(surnames)}'s ${adjective} ${random.pick(companies)}`
    default:
      return `${adjective} ${random.pick(nouns)}`
  }
}

/** The name and gender of an invented listener, as the log spells them. */
export function personFrom(random: Random): { firstName: string; lastName: string; gender: 'F' | 'M' } {
  const gender = random.chance(0.57) ? 'F' : 'M'
  return { firstName: random.pick(gender === 'F' ? womens : mens), lastName: random.pick(surnames), gender }
}
