import { z } from 'zod'
import { type Command, defineCommand } from '../../../src/core/command/define.ts'
import { type Reply, text } from '../../../src/core/reply.ts'

/** Doors that commands wait at until a test opens them. */
export interface Doors {
  pass(name: string): Promise<void>
  open(name: string): void
  /** How often a command has come to this door. */
  arrivals(name: string): number
}

export function createDoors(): Doors {
  const doors = new Map<string, { arrivals: number; readonly opened: Promise<void>; open(): void }>()
  const door = (name: string) => {
    const known = doors.get(name)
    if (known !== undefined) return known
    const { promise, resolve } = withResolvers()
    const made = { arrivals: 0, opened: promise, open: resolve }
    doors.set(name, made)
    return made
  }
  return {
    async pass(name) {
      const here = door(name)
      here.arrivals++
      await here.opened
    },
    open: (name) => door(name).open(),
    arrivals: (name) => door(name).arrivals,
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const common = { group: 'bot', role: 'viewer', examples: [], args: z.object({}) } as const

/** Small commands, one for each way an answer can go. */
export function commandsBehind(doors: Doors, songs: () => readonly Reply[]): readonly Command[] {
  return [
    defineCommand({
      ...common,
      name: 'help',
      summary: 'Answers the asker alone',
      effect: 'none',
      audience: 'asker',
      run: async () => ({
        headline: 'This is the help.',
        replies: [text('This is the help.')],
        next: [{ label: 'Songs', line: 'songs' }],
      }),
    }),
    defineCommand({
      ...common,
      name: 'songs',
      summary: 'Answers in the channel',
      effect: 'read',
      audience: 'channel',
      run: async () => {
        await doors.pass('songs')
        return { headline: 'Three songs.', replies: songs() }
      },
    }),
    defineCommand({
      ...common,
      name: 'build',
      summary: 'A run of three steps',
      effect: 'write',
      audience: 'channel',
      async run({}, { perform }) {
        const step = (title: string) => ({
          title,
          run: async (work: { progress(detail: string): void }) => {
            work.progress('at it')
            await doors.pass(title)
            return { detail: `${title} done` }
          },
        })
        await perform([step('dig'), step('lay'), step('roof')])
        return { headline: 'The house stands.', replies: [text('The house stands.')] }
      },
    }),
    defineCommand({
      ...common,
      name: 'spend',
      summary: 'Costs money, so it asks',
      effect: 'write',
      audience: 'channel',
      plan: async () => ({ title: 'Spend it?', facts: ['$0.54 an hour'], act: 'Spend $0.54', danger: false }),
      run: async () => {
        await doors.pass('spend')
        return { headline: 'It is spent.', replies: [text('It is spent.')] }
      },
    }),
    defineCommand({
      ...common,
      name: 'wipe',
      summary: 'Destroys, so a word must be typed',
      role: 'admin',
      effect: 'write',
      audience: 'channel',
      plan: async () => ({
        title: 'Wipe it?',
        facts: ['All of it'],
        act: 'Wipe all',
        danger: true,
        typed: 'sparkify',
      }),
      run: async () => {
        await doors.pass('wipe')
        return { headline: 'It is wiped.', replies: [text('It is wiped.')] }
      },
    }),
  ]
}
