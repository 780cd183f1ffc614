import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { directMessagesOf } from '../../../src/core/place.ts'
import type { MessageStore, NewMessage, OutboxMessage, Sent } from '../../../src/core/ports/outbox.ts'
import { answerOf, opened } from '../../contract/ledger/world.ts'
import { anna, bob, createWorld, today } from '../../support/core.ts'
import { accepted } from '../../support/delivered.ts'
import { empty, openOutbox, said, until } from './support.ts'

const why = new Error('Slack is away')
const notDone: Sent = { kind: 'later', afterMs: null, why }
const lost: Sent = { kind: 'unclear', harmless: false, why }
const gone: Sent = { kind: 'refused', code: 'is_archived', why: new OpsError('slack', 'Archived.', 'Use another.') }

describe('the outbox', () => {
  it('sends what was inserted once under its key, also what another process inserted', async () => {
    const sent: string[] = []
    const { world, store, dispatcher } = await openOutbox(({ key }) => {
      sent.push(key)
      return accepted
    })
    const terminal = await world.start('terminal', [])
    await terminal.ledger.messages.put([said('a'), said('a'), said('b')])
    await until(world, () => empty(store))
    await store.put([said('a')])
    await dispatcher.stop()
    expect(sent).toEqual(['a', 'b'])
    expect(await store.find('a')).toMatchObject({ state: 'sent', post: { ts: '1' } })
  })

  it('repeats what was not carried out after growing pauses of 1.5 s to a minute, or as long as Slack says', async () => {
    const at: number[] = []
    const { world, store, dispatcher } = await openOutbox(() => {
      at.push(world.clock.elapsed())
      if (at.length === 3) return { ...notDone, afterMs: 30_000 }
      return at.length > 9 ? accepted : notDone
    })
    await store.put([said('a')])
    dispatcher.wake()
    await until(world, () => empty(store), 1500)
    await dispatcher.stop()
    expect(at.slice(1).map((time, i) => (time - (at[i] ?? 0)) / 1000)).toEqual([1.5, 3, 30, 12, 24, 48, 60, 60, 60])
  })

  it('repeats what may have arrived once, and an edit as often as it takes', async () => {
    const tries: string[] = []
    const { world, store, dispatcher } = await openOutbox(({ key }) => {
      tries.push(key)
      if (key === 'post') return lost
      return tries.filter((one) => one === 'edit').length < 5 ? { ...lost, harmless: true } : accepted
    })
    await store.put([said('post', 'C1'), said('edit', 'C2')])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(tries.filter((key) => key === 'post')).toHaveLength(2)
    expect((await store.find('post'))?.state).toBe('dropped')
    expect((await store.find('edit'))?.state).toBe('sent')
  })

  it('tries one way after the other, and a schedule is suspended when the first is refused', async () => {
    const ways: string[] = []
    const { world, store, dispatcher, refused } = await openOutbox((_message, way) => {
      ways.push(`${way.kind} ${way.place.channel}`)
      return ways.length < 2 ? gone : accepted
    })
    const reader = { kind: 'reader', place: directMessagesOf(anna.id), who: anna } as const
    await store.put([said('a', 'C1', { ways: [...said('a').ways, reader, reader], schedule: 7 })])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(ways).toEqual(['conversation C1', `reader ${anna.id}`])
    expect(refused).toEqual([7])
    expect(await store.find('a')).toMatchObject({ state: 'sent', way: 1, refusal: 'is_archived' })
  })

  it('tries all ways again in an hour where each was refused, and holds no other message back meanwhile', async () => {
    const tries: string[] = []
    const world = await createWorld()
    const begun = world.clock.elapsed()
    const send = ({ key, way }: OutboxMessage): Sent => {
      tries.push(`${key} by ${way} after ${Math.round((world.clock.elapsed() - begun) / 60_000)} min`)
      return key === 'a' && tries.length <= 3 ? gone : accepted
    }
    const { store, dispatcher, refused } = await openOutbox(send, { world })
    const reader = { kind: 'reader', place: directMessagesOf(anna.id), who: anna } as const
    await store.put([said('a', 'C1', { ways: [...said('a').ways, reader], schedule: 7 }), said('b')])
    await until(world, () => empty(store), 10_000)
    await dispatcher.stop()
    expect(tries.filter((one) => one.startsWith('a'))).toEqual([
      'a by 0 after 0 min',
      'a by 1 after 0 min',
      'a by 0 after 60 min',
    ])
    expect(tries).toContain('b by 0 after 0 min')
    expect(refused).toEqual([7])
    expect(await store.find('a')).toMatchObject({ state: 'sent', way: 0 })
  })

  it('tells each admin directly, but for one', async () => {
    const world = await createWorld()
    world.roles.set(bob.id, 'admin').set('U0CARLA', 'admin')
    const reached: string[] = []
    const { store, dispatcher } = await openOutbox(
      (_message, way) => {
        reached.push(way.place.channel)
        return accepted
      },
      { world },
    )
    await store.put([said('a', 'C1', { ways: [{ kind: 'admins', besides: anna.id }] })])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(reached.toSorted()).toEqual([bob.id, 'U0CARLA'])
  })

  it('brings each later state of an open message to the admins who got it, in the same posts', async () => {
    const world = await createWorld()
    world.roles.set(bob.id, 'admin')
    const sent: unknown[] = []
    const { store, dispatcher } = await openOutbox(
      ({ content, post }, way) => {
        sent.push([way.place.channel, content.kind === 'text' ? content.text : content.kind, post === null])
        return accepted
      },
      { world },
    )
    const state = (text: string, more: Partial<NewMessage> = {}) =>
      said('alert', 'C1', { content: { kind: 'text', text }, ways: [{ kind: 'admins', besides: anna.id }], ...more })
    for (const message of [state('firing', { open: true }), state('acknowledged', { open: true }), state('resolved')]) {
      await store.put([message])
      dispatcher.wake()
      await until(world, () => empty(store))
    }
    await store.put([state('too late')])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(sent).toEqual([
      [bob.id, 'firing', true],
      [bob.id, 'acknowledged', false],
      [bob.id, 'resolved', false],
    ])
  })

  it('lets a later state take the place of one that is open, in the same post', async () => {
    const posts: (string | undefined)[] = []
    let during = async (): Promise<void> => undefined
    const { world, store, dispatcher } = await openOutbox(async ({ post }) => {
      posts.push(post?.ts)
      await during()
      return accepted
    })
    // The run ends while its progress is on its way.
    during = async () => {
      during = async () => undefined
      await store.put([said('run:1')])
    }
    await store.put([said('run:1', 'C1', { open: true })])
    await until(world, () => empty(store))
    await store.put([said('run:1')])
    await dispatcher.stop()
    expect(posts).toEqual([undefined, '1'])
  })

  it('posts anew by the next way what may not be changed in the post that it has', async () => {
    const posts: (string | undefined)[] = []
    const { world, store, dispatcher } = await openOutbox(({ post }) => {
      posts.push(post?.ts)
      return posts.length === 2 ? gone : accepted
    })
    const ways = [...said('run:1').ways, ...said('run:1', 'C2').ways] as const
    await store.put([said('run:1', 'C1', { ways, open: true })])
    await until(world, () => empty(store))
    await store.put([said('run:1', 'C1', { ways })])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(posts).toEqual([undefined, '1', undefined])
  })

  it('sends the end of a run by its first way also where what it showed in between reached nobody', async () => {
    const sent: string[] = []
    const { world, store, dispatcher } = await openOutbox(({ content, way }) => {
      sent.push(`${content.kind === 'text' ? content.text : content.kind} by ${way}`)
      return sent.length <= 2 ? gone : accepted
    })
    const ways = [
      { kind: 'conversation', place: { kind: 'slack', channel: 'C1', direct: false }, who: anna },
      { kind: 'reader', place: directMessagesOf(anna.id), who: anna },
    ] as const
    await store.put([said('run:1', 'C1', { ways, open: true })])
    await until(world, async () => (await store.find('run:1'))?.way === 2)
    await store.put([said('run:1', 'C1', { ways, content: { kind: 'text', text: 'its answer' } })])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(sent).toEqual(['run:1 by 0', 'run:1 by 1', 'its answer by 0'])
    expect(await store.find('run:1')).toMatchObject({ state: 'sent', post: { ts: '1' } })
  })

  it('says of each attempt what that one answered, also where Slack takes it after the next one is over', async () => {
    const sent: string[] = []
    const { world, bot, store, dispatcher } = await openOutbox(({ key }, _way, body) => {
      if (body.kind === 'answer') sent.push(`${key} ${body.answer.headline}`)
      return accepted
    })
    const run = await opened(bot.ledger, { worker: 'bot' })
    const content = { kind: 'run', run: run.id } as const
    const end = (headline: string, attempt: number): Promise<boolean> =>
      bot.ledger.runs.end(run.id, 'bot', { state: 'error', answer: answerOf(headline), ended: today, costUsd: null }, [
        said(`run:${attempt}`, 'C1', { content: { ...content, attempt } }),
      ])
    await end('The disk is full.', 1)
    const { args, line, who, place, approval, door, started } = run
    await bot.ledger.runs.retry(run.id, {
      ...{ after: 1, args, line, who, place, approval, door, started },
      ...{ worker: 'bot', steps: [] },
    })
    await end('A check is red.', 2)
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(sent).toEqual(['run:1 The disk is full.', 'run:2 A check is red.'])
  })

  it('drops what was not sent in time', async () => {
    const { world, store, dispatcher } = await openOutbox(() => notDone)
    await store.put([said('a', 'C1', { expires: '2026-11-23T12:10:00.000Z' })])
    await until(world, () => empty(store), 30_000)
    await dispatcher.stop()
    expect(world.clock.elapsed()).toBeGreaterThan(0)
    expect((await store.find('a'))?.state).toBe('dropped')
  })

  it('is left alone by a process that another one has replaced', async () => {
    const { store, dispatcher, bot } = await openOutbox(() => accepted)
    await bot.ledger.processes.leave('bot')
    await store.put([said('a')])
    dispatcher.wake()
    await dispatcher.idle()
    await dispatcher.stop()
    expect(await store.find('a')).toMatchObject({ state: 'pending', tries: 0 })
  })
})

describe('a heartbeat', () => {
  const night = said('heart', 'C1', { content: { kind: 'heartbeat', run: 1 }, after: 'night' })

  it('goes out after the post of its night', async () => {
    const order: string[] = []
    const { store, world, dispatcher, bot } = await openOutbox(({ key }) => {
      order.push(key)
      return order.length < 3 ? notDone : accepted
    })
    Object.assign(bot.deps.heartbeat, { beat: async () => order.push('beat') })
    await store.put([night, said('night')])
    await until(world, () => empty(store))
    await dispatcher.stop()
    expect(order).toEqual(['night', 'night', 'night', 'beat'])
  })

  it('does not go out for a night that nobody could be told of', async () => {
    let beats = 0
    const { store, world, dispatcher, bot } = await openOutbox(() => gone)
    Object.assign(bot.deps.heartbeat, { beat: async () => beats++ })
    await store.put([said('night'), night])
    await until(world, () => empty(store), 600_000)
    await dispatcher.stop()
    expect(beats).toBe(0)
  })
})

const outcomes = fc.constantFrom<Sent>(accepted, notDone, { ...notDone, afterMs: 7000 }, lost, gone)

describe('whatever Slack answers', () => {
  it('the messages of one conversation are accepted in the order of their insertion, each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcomes, { maxLength: 30 }),
        fc.array(fc.constantFrom('C1', 'C2'), { minLength: 1, maxLength: 8 }),
        async (answers, channels) => {
          const script = [...answers]
          const taken: OutboxMessage[] = []
          const refused = new Set<number>()
          const { world, store, dispatcher } = await openOutbox((message) => {
            const answer = script.shift() ?? accepted
            if (answer.kind === 'sent') taken.push(message)
            if (answer.kind === 'refused') refused.add(message.id)
            return answer
          })
          await store.put(channels.map((channel, at) => said(`${at}`, channel)))
          await until(world, () => empty(store), 600_000)
          await dispatcher.stop()
          for (const channel of ['C1', 'C2']) {
            const ids = taken
              .filter(({ ways: [way] }) => way.kind !== 'admins' && way.place.channel === channel)
              .map(({ id }) => id)
            // What was refused holds no other back.
            const inOrder = ids.filter((id) => !refused.has(id))
            expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
            expect(new Set(ids).size).toBe(ids.length)
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

/** A store that dies at its call number `death`, before or after the call is made: it never answers again. */
function mortal(
  store: MessageStore,
  death: number,
  before: boolean,
): { store: MessageStore; died: () => string | null } {
  let calls = 0
  let died: string | null = null
  const never = new Promise<never>(() => undefined)
  const dying =
    <A extends readonly unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (died !== null) return never
      calls++
      if (calls < death) return call(...args)
      died = name
      if (!before) await call(...args)
      return never
    }
  return {
    died: () => died,
    store: {
      put: store.put,
      find: store.find,
      heads: dying('heads', store.heads),
      backlog: store.backlog,
      take: dying('take', store.take),
      begin: dying('begin', store.begin),
      sent: dying('sent', store.sent),
      later: dying('later', store.later),
      redirect: dying('redirect', store.redirect),
      restart: dying('restart', store.restart),
      drop: dying('drop', store.drop),
    },
  }
}

describe('a process that dies', () => {
  it('at any moment has each message sent once, and one twice only where it died before it could note that Slack took it', async () => {
    const doubled: string[] = []
    for (let death = 1; death < 14; death++) {
      for (const before of [true, false]) {
        const world = await createWorld()
        const taken: string[] = []
        const script: Sent[] = [notDone, accepted]
        const send = ({ key }: OutboxMessage): Sent => {
          const answer = script.shift() ?? accepted
          if (answer.kind === 'sent') taken.push(key)
          return answer
        }
        let dead: () => string | null = () => null
        const first = await openOutbox(send, {
          world,
          store(same) {
            const dying = mortal(same, death, before)
            dead = dying.died
            return dying.store
          },
        })
        await first.store.put([said('a'), said('b'), said('c')])
        await until(world, async () => dead() !== null || (await empty(first.store)))
        const second = await openOutbox(send, { world, id: 'next' })
        await until(world, () => empty(second.store))
        await second.dispatcher.stop()
        expect(new Set(taken)).toEqual(new Set(['a', 'b', 'c']))
        const twice = taken.length - 3
        if (twice > 0) doubled.push(`${dead()} ${before ? 'before' : 'after'} ${twice}`)
      }
    }
    expect(new Set(doubled)).toEqual(new Set(['sent before 1']))
  })
})
