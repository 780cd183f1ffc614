import { channels, directOf, people } from './slack.ts'

const minute = 60_000
const hour = 60 * minute

/** How long a timeline lasts. */
export const weekMs = 7 * 24 * hour

type Act =
  /** Somebody types a line. */
  | {
      readonly kind: 'say'
      readonly as: string
      readonly channel: string
      readonly text: string
      readonly copies: number
    }
  /** Somebody answers the newest plan that they see. */
  | { readonly kind: 'answer'; readonly as: string; readonly yes: boolean; readonly copies: number }
  | { readonly kind: 'home'; readonly as: string }
  /** The next calls of a method come to nothing, or for a while where `ms` is set. */
  | {
      readonly kind: 'refuse'
      readonly method: string
      readonly error: string
      readonly calls: number
      readonly ms: number
    }
  | { readonly kind: 'lose'; readonly method: string; readonly calls: number }
  | { readonly kind: 'aws'; readonly action: string; readonly code: string; readonly times: number }
  /** The process dies at the next writes of a method, or of any; another one starts a while later. */
  | {
      readonly kind: 'die'
      readonly method: string
      readonly writes: number
      readonly when: 'before' | 'after'
      readonly downMs: number
    }
  | { readonly kind: 'restart'; readonly downMs: number }
  /** The process stands still so long that another one takes over; then it goes on. */
  | { readonly kind: 'freeze'; readonly ms: number }
  | { readonly kind: 'jump'; readonly ms: number }

/** What happens, and how long after the beginning. */
export type Event = Act & { readonly at: number }

/** A source of random numbers that gives the same for the same seed. */
export interface Random {
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number
  pick<T>(from: readonly T[]): T
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    int,
    pick(from) {
      const one = from[int(0, from.length - 1)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
  }
}

const eventCount = 24

/** The timeline of a seed, in order. */
export function timelineOf(seed: number): readonly Event[] {
  const random = createRandom(seed)
  const clock = Array.from({ length: eventCount }, () => random.int(10 * minute, weekMs)).toSorted((a, b) => a - b)
  const rest = clock.flatMap((at, index): readonly Event[] => {
    const act = actOf(random, index)
    // Whoever is to die soon gets something to do.
    return act.kind === 'die'
      ? [
          { at, ...act },
          { at: at + 1_000, ...line(random, index) },
        ]
      : [{ at, ...act }]
  })
  return [...followed(random), ...rest]
}

/** What two people follow from the beginning: one of them two commands at one time. */
function followed(random: Random): readonly Event[] {
  const [ada, , vera] = people
  const when = `daily at 0${random.int(0, 9)}:${random.pick(['15', '45'])}`
  const lines = [
    [ada, 'status'],
    [vera, 'top songs 5'],
    [vera, 'pulse'],
  ] as const
  return lines.map(([as, line], at) => ({
    at: (at + 1) * minute,
    kind: 'say',
    as,
    channel: directOf(as),
    text: `/sparkify follow "${line}" ${when}`,
    copies: random.pick([1, 2]),
  }))
}

function actOf(random: Random, index: number): Act {
  const dice = random.int(1, 100)
  if (dice <= 52) return line(random, index)
  if (dice <= 60) {
    return { kind: 'answer', as: random.pick(people), yes: random.int(1, 4) > 1, copies: random.pick([1, 1, 2]) }
  }
  if (dice <= 62) return { kind: 'home', as: random.pick(people) }
  if (dice <= 70) {
    const ms = random.pick([0, 0, 5 * minute, hour])
    const error = random.pick(ms === 0 ? [...passing, ...lasting] : passing)
    return { kind: 'refuse', method: random.pick(methods), error, calls: random.int(1, 4), ms }
  }
  if (dice <= 74) return { kind: 'lose', method: random.pick(methods), calls: 1 }
  if (dice <= 78) {
    return { kind: 'aws', action: random.pick(actions), code: random.pick(codes), times: random.int(1, 3) }
  }
  if (dice <= 90) {
    const downMs = random.pick([0, 5_000, minute, 2 * hour])
    const method = random.pick(writeMethods)
    const writes = method === 'any' ? random.int(1, 40) : random.int(1, 2)
    return { kind: 'die', method, writes, when: random.pick(['before', 'after']), downMs }
  }
  if (dice <= 94) return { kind: 'restart', downMs: random.pick([0, minute, hour]) }
  if (dice <= 97) return { kind: 'freeze', ms: random.pick([40_000, 2 * minute]) }
  return { kind: 'jump', ms: random.pick([-hour, -5 * minute, 5 * minute, 3 * hour]) }
}

const passing = ['fatal_error', 'internal_error', 'service_unavailable', 'ratelimited', 'request_timeout']
const lasting = [
  'restricted_action',
  'msg_too_long',
  'invalid_blocks',
  'not_in_channel',
  'is_archived',
  'thread_not_found',
]
const methods = [
  'chat.postMessage',
  'chat.postMessage',
  'chat.update',
  'chat.postEphemeral',
  'users.info',
  'views.publish',
]
const actions = ['redshift:PauseCluster', 'redshift:ResumeCluster', 'redshift:DescribeClusters']
const codes = ['InsufficientClusterCapacity', 'UnauthorizedOperation', 'InternalFailure']

// A run begins, goes on, ends, and is delivered; the last is any method.
const writeMethods = [
  'open',
  'saveStep',
  'end',
  'end',
  'end',
  'told',
  'sent',
  'settle',
  'change',
  'publish',
  'any',
  'any',
]

/** What somebody types. A question asks for a number of rows that no other one of this timeline asks for. */
function line(random: Random, index: number): Act {
  const [ada, otto] = people
  const as = random.pick(people)
  const lines = [
    ...Array.from({ length: 4 }, () => [as, `top songs ${20 + index}`] as const),
    ...Array.from({ length: 3 }, () => [random.pick([ada, otto]), 'etl'] as const),
    ...[as, as].map(
      (asker) => [asker, random.pick(['status', 'qa counts', 'runs', 'cost', 'schedule', 'help'])] as const,
    ),
    [random.pick([ada, otto]), `schedule pause ${random.int(1, 3)}`] as const,
    [ada, `schedule resume ${random.int(1, 3)}`] as const,
    [ada, `schedule run ${random.int(1, 3)}`] as const,
    [otto, `schedule snooze ${random.int(1, 3)} 4h`] as const,
    [as, `schedule add "top songs ${20 + index}" daily at 0${random.int(0, 9)}:${random.int(10, 59)}`] as const,
    [as, 'unfollow'] as const,
    [ada, 'cancel'] as const,
    [ada, 'run-again'] as const,
    [ada, 'pause'] as const,
    [ada, 'resume'] as const,
    [ada, `extend ${random.int(2, 30)}h`] as const,
    [ada, random.pick(['tear-down', 'spin-up lease=40h'])] as const,
  ]
  const [by, text] = random.pick(lines)
  const channel = random.pick([channels[0], channels[0], channels[1], directOf(by)])
  return { kind: 'say', as: by, channel, text: `/sparkify ${text}`, copies: random.pick([1, 1, 1, 2]) }
}

/** What happens, in words. */
export function wordsOf(act: Act): string {
  switch (act.kind) {
    case 'say':
      return `${act.as} in ${act.channel}: ${act.text}${twice(act.copies)}`
    case 'answer':
      return `${act.as} says ${act.yes ? 'yes' : 'no'} to the newest plan${twice(act.copies)}`
    case 'home':
      return `${act.as} enters Home`
    case 'refuse':
      return `Slack refuses ${act.method} (${act.error}) ${act.ms === 0 ? `${act.calls} times` : `for ${act.ms / minute} min`}`
    case 'lose':
      return `the answer to ${act.method} is lost ${act.calls} times`
    case 'aws':
      return `AWS refuses ${act.action} (${act.code}) ${act.times} times`
    case 'die':
      return `the bot dies ${act.when} write ${act.writes} of ${act.method}, and another starts after ${act.downMs / 1000} s`
    case 'restart':
      return `the bot is restarted, after ${act.downMs / 1000} s`
    case 'freeze':
      return `the bot stands still, another one takes over, and ${act.ms / 1000} s later it goes on`
    case 'jump':
      return `the clock is set by ${act.ms / minute} min`
  }
}

function twice(copies: number): string {
  return copies === 1 ? '' : `, delivered ${copies} times`
}
