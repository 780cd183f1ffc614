import { existsSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLog } from '../../src/machine/log.ts'

it('writes no secret, whether it is told of it or knows its form, however deep it stands', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'log-')), 'sparkify.log')
  const log = openLog({ kind: 'file', path }, ['my-signing-secret'])
  log.info({ a: { b: ['xoxb-123-abc'] }, url: 'https://x/?token=xapp-1-A-2' }, 'signed with my-signing-secret')
  log.error({ err: new Error('key AKIAABCDEFGHIJKLMNOP refused') }, 'failed')
  const text = await readFile(path, 'utf8')
  expect(text).not.toMatch(/xoxb-123|xapp-1|my-signing-secret|AKIA[A-Z]/)
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  ).toEqual(['signed with [secret]', 'failed'])
})

it('writes no secret that JSON writes in another way, leaves out empty ones, and every place where one stands', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'log-')), 'sparkify.log')
  const log = openLog({ kind: 'file', path }, ['pass"word\\', ''])
  log.info({ raw: 'pass"word\\', url: 'a?pass"word\\&pass"word\\' }, 'done')
  const [line = ''] = (await readFile(path, 'utf8')).split('\n')
  expect(JSON.parse(line)).toMatchObject({ raw: '[secret]', url: 'a?[secret]&[secret]', msg: 'done' })
})

it.runIf(existsSync('/dev/full'))(
  'goes on where the disk is full, and keeps no more than a little for later',
  async () => {
    const log = openLog({ kind: 'file', path: '/dev/full' }, [])
    for (let n = 0; n < 3000; n++) log.error({ n, padding: 'x'.repeat(1000) }, 'not written')
    await new Promise(setImmediate)
    expect(() => log.info({}, 'still here')).not.toThrow()
  },
)
