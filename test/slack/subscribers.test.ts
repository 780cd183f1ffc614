import { describe, expect, it } from 'vitest'
import { createSubscribers } from '../../src/slack/app-home/subscribers.ts'
import { createFakeClock } from './support/clock.ts'

const person = (id: string) => ({ kind: 'slack', id, name: id }) as const

function start(most = 10) {
  const clock = createFakeClock()
  const opened: string[] = []
  const subscribers = createSubscribers(clock, most, (user) => {
    opened.push(user)
    return { show: async () => true }
  })
  const stale = () => subscribers.stale().map(({ who }) => who.id)
  /** Publishes what is stale, as the publisher does. */
  const publish = () => {
    for (const subscriber of subscribers.stale()) {
      subscriber.stale = false
      subscriber.published = clock.elapsed()
    }
  }
  return { clock, subscribers, opened, stale, publish }
}

describe('those whose Home tabs are kept fresh', () => {
  it('are published first who have just entered, then who have waited longest', () => {
    const { clock, subscribers, stale, publish } = start()
    for (const id of ['a', 'b', 'c']) {
      clock.advance(1000)
      subscribers.entered(person(id))
      clock.advance(1000)
      publish()
    }
    expect(stale()).toEqual([])
    expect(subscribers.changed()).toBe(true)
    expect(stale()).toEqual(['a', 'b', 'c'])
    clock.advance(1000)
    subscribers.entered(person('c'))
    expect(stale()).toEqual(['c', 'a', 'b'])
  })

  it('are due at once when they enter, shortly after what changes, and no later for what changes after that', () => {
    const { clock, subscribers, publish } = start()
    const due = () => subscribers.stale().map((one) => one.due - clock.elapsed())
    clock.advance(1000)
    subscribers.entered(person('a'))
    expect(due()).toEqual([0])
    publish()
    subscribers.pressed(person('a'))
    expect(due()).toEqual([300])
    clock.advance(200)
    subscribers.changed()
    subscribers.pressed(person('a'))
    expect(due()).toEqual([100])
    subscribers.entered(person('a'))
    expect(due()).toEqual([0])
  })

  it('keep their tab, of which is known what it shows, until they are forgotten', () => {
    const { subscribers, opened, stale } = start()
    subscribers.entered(person('a'))
    subscribers.pressed(person('a'))
    expect(opened).toEqual(['a'])
    subscribers.forget(person('a'))
    expect([stale(), subscribers.changed()]).toEqual([[], false])
    subscribers.entered(person('a'))
    expect(opened).toEqual(['a', 'a'])
  })

  it('are forgotten a day after they were seen last, by entering or by pressing', () => {
    const { clock, subscribers, publish, stale } = start()
    const day = 24 * 3_600_000
    subscribers.entered(person('a'))
    subscribers.entered(person('b'))
    clock.advance(day / 2)
    subscribers.pressed(person('b'))
    publish()
    clock.advance(day / 2)
    subscribers.changed()
    expect(stale().toSorted()).toEqual(['a', 'b'])
    publish()
    clock.advance(1)
    subscribers.changed()
    expect(stale()).toEqual(['b'])
    publish()
    clock.advance(day)
    expect(subscribers.changed()).toBe(false)
  })

  it('are those who were seen last where there are too many', () => {
    const { subscribers, stale } = start(2)
    for (const id of ['a', 'b']) subscribers.entered(person(id))
    subscribers.pressed(person('a'))
    subscribers.entered(person('c'))
    expect(stale().toSorted()).toEqual(['a', 'c'])
  })
})
