import { z } from 'zod'
import { type Command, defineCommand } from '../../../src/core/command/define.ts'
import { type Reply, text } from '../../../src/core/reply.ts'
import type { Work } from '../../../src/core/step.ts'

/** Doors that commands wait at until a test opens them. */
export interface Doors {
  /** Rejects with the signal's reason when it is aborted before the door opens. */
  pass(name: string, signal?: AbortSignal): Promise<void>
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
    pass(name, signal) {
      const here = door(name)
      here.arrivals++
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        void here.opened.then(resolve)
      })
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
      name: 'check-up',
      summary: 'A run of one step, for the asker alone',
      effect: 'none',
      audience: 'asker',
      async run(_none, { perform }) {
        await perform([{ id: 'look', title: 'look', run: async () => doors.pass('look').then(() => ({})) }])
        return { headline: 'All is well.', replies: [text('All is well.')] }
      },
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
      async run(_none, { perform }) {
        const step = (title: string) => ({
          id: title,
          title,
          run: async (work: Work) => {
            work.progress('at it')
            await doors.pass(title, work.signal)
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
      plan: async () => ({
        title: 'Spend it?',
        facts: ['$0.54 an hour'],
        act: 'Spend $0.54',
        danger: false,
        mostUsd: 0.54,
      }),
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
