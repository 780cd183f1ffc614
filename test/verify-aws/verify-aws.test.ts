import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { openCloud } from '../program/cloud.ts'
import { sayHere } from '../program/here.ts'
import { liveAndDie } from './life.ts'
import { permissionOf } from './options.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** `npm run verify:aws` as its user starts it. */
async function verify(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '' } = process.env
  const main = join(root, 'dist/verify-aws/main.js')
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  const [status] = await once(child, 'close')
  return { status, printed }
}

/** The same in this process, and each line as well. */
async function verifyHere(args: readonly string[], env: Readonly<Record<string, string>>) {
  let printed = ''
  const print = (text: string): void => {
    printed += text
  }
  const terminal = (line: readonly string[], own: Readonly<Record<string, string>>) => sayHere(line, own)
  const status = await liveAndDie(args, { env, terminal, out: print, err: print })
  return { status, printed }
}

describe('what verify:aws may do', () => {
  it.each<[readonly string[], string | undefined, string]>([
    [[], undefined, 'refused'],
    [['--really'], undefined, 'refused'],
    [['--max-usd', '5'], undefined, 'refused'],
    [['--really', '--max-usd', 'much'], undefined, 'refused'],
    [['--really', '--max-usd', '0'], undefined, 'refused'],
    [['--really', '--max-usd', '5'], 'http://127.0.0.1:5000', 'refused'],
    [['--really', '--max-usd', '5'], undefined, 'granted'],
    [[], 'http://127.0.0.1:5000', 'granted'],
  ])('with %j and the endpoint %s it is %s', (args, endpoint, kind) => {
    expect(permissionOf(args, endpoint).kind).toBe(kind)
  })
})

describe('verify:aws', { timeout: 120_000 }, () => {
  beforeAll(() => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', join(root, 'test/verify-aws/tsconfig.json')], { stdio: 'inherit' })
  })

  it('without an endpoint and without both words does nothing', async () => {
    expect(await verify(['--really'], {})).toEqual({
      status: 2,
      printed: expect.stringContaining('--really --max-usd'),
    })
  })

  it('lives a whole life, prints each line and the price, and finds nothing left', async () => {
    const { double, env } = await openCloud()
    const { status, printed } = await verifyHere([], env)
    for (const words of ['✓ etl', '✓ qa checks', '✓ pause', '✓ tear-down', 'at most $0.54', '✓ Nothing is left.']) {
      expect(printed).toContain(words)
    }
    expect([status, await double.left()]).toEqual([0, { clusters: [], snapshots: [], roles: [] }])
  })

  it('stops before it costs more than it may', async () => {
    const { double, env } = await openCloud()
    const { status, printed } = await verify(['--max-usd', '0.50'], env)
    expect([status, printed]).toEqual([2, expect.stringContaining('more than is allowed. Nothing was done.')])
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })

  it('tears down what it made when something in between fails', async () => {
    const { double, env } = await openCloud()
    await double.fault({ kind: 'statement-fails', matching: 'copy ', error: 'disk full', times: 9 })
    const { status, printed } = await verifyHere([], env)
    expect([status, printed]).toEqual([1, expect.stringContaining('✗ etl')])
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })
})
