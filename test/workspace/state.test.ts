import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { createWorkspace } from '../../src/workspace/workspace.ts'
import { ada, botToken, dataEng, movableClock, openStage, random, signingSecret } from './stage.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'workspace-'))
})
afterEach(() => rmSync(home, { recursive: true }))

// The child is killed, so it runs the compiled module, which `npm test` builds first.
const journalModule = new URL('../../dist/workspace/journal.js', import.meta.url)
const notBuilt = existsSync(journalModule) ? '' : ' (skipped: npm run build first)'
const journal = () => join(home, 'workspace.jsonl')
const reopen = () => createWorkspace({ home, signingSecret, botToken, clock: movableClock() })

describe('what is said', () => {
  it('is there again after a restart: edits, threads, members, files, but nothing for one person only', async () => {
    const before = await openStage({ home })
    const { ts = '' } = await before.client.chat.postMessage({ channel: dataEng, text: 'running' })
    await before.client.chat.update({ channel: dataEng, ts, text: 'done', blocks: [{ type: 'divider' }] })
    await before.client.chat.postEphemeral({ channel: dataEng, user: ada, text: 'psst' })
    await before.client.filesUploadV2({
      channel_id: dataEng,
      thread_ts: ts,
      filename: 'a.csv',
      file: Buffer.from('a,b'),
    })
    await before.workspace.users.send({ as: ada, channel: random, text: '/invite @sparkify' })
    await before.close()

    const after = await openStage({ home })
    const messages = after.workspace.messages(dataEng, ada)
    expect(messages).toMatchObject([
      { ts, text: 'done', blocks: [{ type: 'divider' }] },
      { thread_ts: ts, files: [{ name: 'a.csv' }] },
    ])
    const file = await fetch(`${after.origin}/files/${messages[1]?.files?.[0]?.id}/a.csv`)
    expect(await file.text()).toBe('a,b')
    expect(await after.client.chat.update({ channel: dataEng, ts, text: 'still mine' })).toMatchObject({ ok: true })
    expect(await after.client.chat.postMessage({ channel: random, text: 'hello' })).toMatchObject({ ok: true })
    await after.close()
  })

  it('has a later ts than everything before the restart, even when the clock went back', async () => {
    const before = await openStage({ home })
    before.clock.forward(3_600_000)
    const { ts = '' } = await before.client.chat.postMessage({ channel: dataEng, text: 'tomorrow' })
    await before.close()
    const after = await openStage({ home })
    const next = await after.client.chat.postMessage({ channel: dataEng, text: 'today' })
    expect(Number(next.ts)).toBeGreaterThan(Number(ts))
    await after.close()
  })

  it('is not written anywhere without a home', async () => {
    const stage = await openStage()
    expect(await stage.client.chat.postMessage({ channel: dataEng, text: 'x' })).toMatchObject({ ok: true })
    await stage.close()
  })
})

describe('the journal', () => {
  it('survives a kill in the middle of a line', async () => {
    const before = await openStage({ home })
    await before.client.chat.postMessage({ channel: dataEng, text: 'whole' })
    await before.close()
    appendFileSync(journal(), '{"op":"message","message":{"channel":"C0DATA')
    expect(reopen().messages(dataEng, ada)).toMatchObject([{ text: 'whole' }])
    expect(readFileSync(journal(), 'utf8')).toMatch(/\}\n$/)
  })

  it.skipIf(notBuilt)(`loses nothing that was appended when the process is killed${notBuilt}`, async () => {
    const script = `
      const { openJournal } = await import(${JSON.stringify(journalModule.href)})
      const journal = openJournal(${JSON.stringify(home)})
      for (let n = 1; ; n++) {
        const message = { channel: '${dataEng}', ts: n + '.000000', user: '${ada}', text: String(n) }
        journal.append({ op: 'message', message })
        console.log(n)
      }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    let told = 0
    for await (const chunk of child.stdout) {
      told = Number(`${chunk}`.trim().split('\n').at(-1))
      if (told > 50) break
    }
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(reopen().messages(dataEng, ada).length).toBeGreaterThanOrEqual(told)
  })

  it('is compacted at the start to one line for each message', async () => {
    const stage = await openStage({ home })
    const { ts = '' } = await stage.client.chat.postMessage({ channel: dataEng, text: '0' })
    for (let n = 1; n < 20; n++) await stage.client.chat.update({ channel: dataEng, ts, text: `${n}` })
    await stage.close()
    const lines = () =>
      readFileSync(journal(), 'utf8')
        .split('\n')
        .filter((each) => each.includes('"message"'))
    expect(lines()).toHaveLength(20)
    reopen()
    expect(lines()).toHaveLength(1)
  })

  it('keeps the newest messages of a channel where there are too many', () => {
    const lines = Array.from({ length: 2_003 }, (_, n) => {
      const message = { channel: dataEng, ts: `1700000000.${String(n).padStart(6, '0')}`, user: ada, text: `${n}` }
      return `${JSON.stringify({ op: 'message', message })}\n`
    })
    writeFileSync(journal(), lines.join(''))
    reopen()
    const kept = reopen().messages(dataEng, ada)
    expect([kept.length, kept[0]?.text, kept.at(-1)?.text]).toEqual([2_000, '3', '2002'])
  })

  it('with a damaged line names the file, the line and the cure', () => {
    writeFileSync(journal(), '{"op":"joined","channel":"C0RANDOM000"}\nnot json\n')
    expect(reopen).toThrow(OpsError)
    expect(reopen).toThrow(/workspace\.jsonl, line 2: /)
  })

  it('keeps what was taken away away, and what came after it', () => {
    const said = (n: number) => ({ channel: dataEng, ts: `1700000000.00000${n}`, user: ada, text: `${n}` })
    const entries = [
      { op: 'message', message: said(1) },
      { op: 'message', message: said(2) },
      { op: 'removed', channel: dataEng, ts: said(1).ts },
      { op: 'removed', channel: random, ts: said(2).ts },
    ]
    writeFileSync(journal(), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    for (let n = 0; n < 2; n++)
      expect(
        reopen()
          .messages(dataEng, ada)
          .map(({ text }) => text),
      ).toEqual(['2'])
  })

  it('keeps the text of a message whose blocks this version would refuse', () => {
    const message = { channel: dataEng, ts: '1700000000.000001', user: ada, text: 'old', blocks: [{ type: 'sparkle' }] }
    writeFileSync(journal(), `${JSON.stringify({ op: 'message', message })}\n`)
    expect(reopen().messages(dataEng, ada)).toMatchObject([{ text: 'old' }])
  })
})
