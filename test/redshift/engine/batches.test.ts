import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/core/ports/clock.ts'
import { cancelStatement, fetchResult, waitForEnd } from '../../../src/redshift/engine/batches.ts'
import { createLogin, type DataApi, type StatementLookup } from '../../../src/redshift/engine/data-api.ts'
import type { BatchPart, Submitted } from '../../../src/redshift/engine/statement.ts'

const never = new AbortController().signal

const part = (status: string, error?: string): BatchPart => ({ id: 's:1', status, error, rows: null, queryId: null })
const submitted = (status: string, ...parts: readonly BatchPart[]): Submitted => ({
  id: 's',
  status,
  error: undefined,
  parts,
})
const found = (status: string, ...parts: readonly BatchPart[]): StatementLookup => ({
  kind: 'found',
  submitted: submitted(status, ...parts),
})

/** A Data API that gives these answers in turn, the last one for ever, holding each back for so long; and what was done meanwhile. */
function served(looks: readonly StatementLookup[], heldMs = 0) {
  let elapsed = 0
  const done: string[] = []
  const warned: string[] = []
  let at = 0
  const clock: Clock = {
    now: () => new Date(elapsed),
    elapsed: () => elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      elapsed += ms
      done.push(`pause ${ms}`)
    },
    every: () => () => undefined,
  }
  const unasked = async () => {
    throw new Error('not asked for here')
  }
  const api: DataApi = {
    submit: unasked,
    page: unasked,
    async describe(id, { waitSeconds }) {
      done.push(`look ${id} ${waitSeconds}`)
      elapsed += Math.min(heldMs, waitSeconds * 1000)
      const look = looks[Math.min(at++, looks.length - 1)]
      if (look === undefined) throw new Error('no look')
      return look
    },
    async cancel(id) {
      done.push(`cancel ${id}`)
      return true
    },
  }
  const log = {
    info: () => undefined,
    warn: (_: object, words: string) => void warned.push(words),
    error: () => undefined,
  }
  return { api, clock, log, done, warned }
}

describe('the end of a batch', () => {
  it('is waited for without a pause where the answer is held back, and with growing ones where it is not', async () => {
    const started = found('STARTED')
    const held = served([started, started, found('FINISHED')], 30_000)
    expect((await waitForEnd(held, 's', never))?.status).toBe('FINISHED')
    expect(held.done).toEqual(['look s 30', 'look s 30', 'look s 30'])
    const prompt = served([...Array.from({ length: 8 }, () => started), found('FAILED')])
    expect((await waitForEnd(prompt, 's', never))?.status).toBe('FAILED')
    expect(prompt.done.filter((one) => one.startsWith('pause'))).toEqual(
      [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000].map((ms) => `pause ${ms}`),
    )
  })

  it('is looked for at once, after a pause, where too many others wait', async () => {
    const crowd = served([{ kind: 'crowded' }, { kind: 'crowded' }, found('ABORTED')], 30_000)
    expect((await waitForEnd(crowd, 's', never))?.status).toBe('ABORTED')
    expect(crowd.done).toEqual(['look s 30', 'pause 250', 'look s 0', 'pause 500', 'look s 0'])
  })

  it('is none of a batch that nobody knows, and not looked for once it is not wanted', async () => {
    expect(await waitForEnd(served([{ kind: 'unknown' }]), 's', never)).toBeNull()
    const unwanted = served([found('STARTED')])
    await expect(waitForEnd(unwanted, 's', AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    expect(unwanted.done).toEqual([])
  })
})

describe('a batch that is cancelled', () => {
  it('is looked after until it has stopped, for half a minute at most', async () => {
    const stopping = served([found('STARTED'), found('STARTED'), found('ABORTED')])
    await cancelStatement(stopping, 's')
    expect(stopping.done).toEqual(['cancel s', 'look s 0', 'pause 1000', 'look s 0', 'pause 1000', 'look s 0'])
    expect(stopping.warned).toEqual([])
    const stuck = served([found('STARTED')])
    await cancelStatement(stuck, 's')
    expect(stuck.done.filter((one) => one.startsWith('pause'))).toHaveLength(30)
    expect(stuck.warned).toEqual(['a statement that was cancelled has not stopped after half a minute'])
  })

  it('is left alone where there was nothing to stop, or nobody knows it any more', async () => {
    const over = served([found('STARTED')])
    await cancelStatement({ ...over, api: { ...over.api, cancel: async () => false } }, 's')
    expect(over.done).toEqual([])
    const gone = served([{ kind: 'unknown' }])
    await cancelStatement(gone, 's')
    expect(gone.done).toEqual(['cancel s', 'look s 0'])
  })
})

describe('a question', () => {
  const question = {
    batch: { sqls: ['select 1', 'select 2'], mode: 'AUTO_COMMIT' as const },
    answer: 1,
    wanted: { maxRows: 5 },
  }
  const page = { columns: [{ name: 'n', typeName: 'int4' }], records: [[{ longValue: 2 }]], total: 1, next: undefined }

  /** Asks it of an API that submits with these states in turn. */
  function asked(
    states: readonly string[],
    looks: readonly StatementLookup[],
    pages = [page] as readonly (typeof page | null)[],
  ) {
    const stage = served(looks)
    const tokens: string[] = []
    const read: string[] = []
    let secrets = 0
    const login = createLogin(async () => `arn:${++secrets}`, 'admin')
    const api: DataApi = {
      ...stage.api,
      async submit(_, token) {
        await login.get()
        tokens.push(token)
        return {
          kind: 'submitted',
          id: `s${tokens.length}`,
          status: states[Math.min(tokens.length, states.length) - 1] ?? '',
        }
      },
      async page(id) {
        read.push(id)
        return pages[Math.min(read.length, pages.length) - 1] ?? null
      },
    }
    const ask = (signal = never) => fetchResult({ ...stage, api, login, home: 'h' }, question, signal)
    return { ask, stage, tokens, read, secrets: () => secrets }
  }

  it('that is answered within the first call takes no look; its rows are those of the statement that matters', async () => {
    const { ask, stage, read } = asked(['FINISHED'], [])
    expect(await ask()).toMatchObject({ kind: 'answered', result: { rows: [[2]], total: 1 } })
    expect([stage.done, read]).toEqual([[], ['s1:2']])
  })

  it('that takes longer is looked after', async () => {
    const { ask, stage } = asked(['STARTED'], [found('STARTED'), found('FINISHED')])
    expect(await ask()).toMatchObject({ kind: 'answered' })
    expect(stage.done).toEqual(['look s1 30', 'pause 250', 'look s1 30'])
  })

  it('that failed in passing is asked again under another token, with the new password where that was it', async () => {
    const failed = found('FAILED', part('FAILED', 'FATAL: password authentication failed for user "a"'))
    const { ask, tokens, secrets } = asked(['FAILED', 'FINISHED'], [failed])
    expect(await ask()).toMatchObject({ kind: 'answered' })
    expect([new Set(tokens).size, secrets()]).toEqual([2, 2])
    const conflict = found('FAILED', part('FAILED', 'ERROR: 1023 DETAIL: Serializable isolation violation'))
    const other = asked(['FAILED', 'FINISHED'], [conflict])
    expect(await other.ask()).toMatchObject({ kind: 'answered' })
    expect([other.tokens.length, other.secrets()]).toEqual([2, 1])
  })

  it('whose statement failed has failed, although its batch is called finished', async () => {
    const failed = found('FINISHED', part('FINISHED'), part('FAILED', 'relation "x" does not exist'))
    const { ask } = asked(['FINISHED'], [failed], [null])
    expect(await ask()).toMatchObject({ kind: 'failed', submitted: { id: 's' } })
    const none = asked(['FINISHED'], [found('FINISHED', part('FINISHED'))], [null])
    await expect(none.ask()).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('AWS has no result for it'),
      remedy: 'Run it again.',
    })
    const unknown = asked(['FINISHED'], [{ kind: 'unknown' }], [null])
    await expect(unknown.ask()).rejects.toMatchObject({ message: expect.stringContaining('AWS has no result for it') })
  })

  it('that nobody wants any more is stopped where it runs, and not where it has ended', async () => {
    for (const [state, cancels] of [
      ['STARTED', ['cancel s1']],
      ['FINISHED', []],
    ] as const) {
      const stop = new AbortController()
      const { ask, stage } = asked([state], [found('ABORTED')])
      const answer = ask(stop.signal)
      stop.abort(new Error('stop'))
      await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
      expect(stage.done.filter((one) => one.startsWith('cancel'))).toEqual(cancels)
    }
  })
})

it('asks for the secret once, and again after a look-up that failed or when it is to be forgotten', async () => {
  let asked = 0
  const login = createLogin(async () => {
    asked += 1
    if (asked === 1) throw new Error('throttled')
    return asked < 4 ? `arn:${asked}` : undefined
  }, 'admin')
  await expect(login.get()).rejects.toThrow('throttled')
  expect([await login.get(), await login.get()]).toEqual([{ SecretArn: 'arn:2' }, { SecretArn: 'arn:2' }])
  login.forget()
  expect(await login.get()).toEqual({ SecretArn: 'arn:3' })
  login.forget()
  expect(await login.get()).toEqual({ DbUser: 'admin' })
})
