import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { twoDays } from '../support/two-days.ts'
import { documentedPolicy, openCloud, writesOf } from './cloud.ts'
import { sayHere } from './here.ts'
import { openHomes } from './homes.ts'
import { type Death, openBots } from './mortal.ts'
import { rowsOf, sayJson } from './program.ts'

const homes = openHomes()
const lastDay = 'log_data/2018/11/2018-11-11-events.json'

/** The documented policy with the statements for lists and manifests of these Sids, as the documentation prints them. */
async function listingPolicy(sids: readonly string[]) {
  const policy = await documentedPolicy()
  const docs = readFileSync(new URL('../../docs/aws.md', import.meta.url), 'utf8')
  const printed = sids.map(
    (sid) => new RegExp(`\`\`\`json\n(\\{\\s+"Sid": "${sid}"[\\s\\S]*?)\`\`\``).exec(docs)?.[1] ?? '',
  )
  const names = {
    SOURCE_BUCKET: 'sparkify-data',
    LOG_PREFIX: 'log_data',
    SONG_PREFIX: 'song_data',
    BUCKET: 'sparkify-work',
    PREFIX: 'lists',
  }
  const named = Object.entries(names).reduce((text, [from, to]) => text.replaceAll(from, to), printed.join(','))
  return { ...policy, Statement: [...policy.Statement, ...JSON.parse(`[${named}]`)] }
}

/** A bucket without the last day, which `addDay` puts there: packed where the bot writes manifests. */
async function openListed(sids: readonly string[], manifests: boolean) {
  const [data, work] = [mkdtempSync(join(tmpdir(), 'sparkify-data-')), mkdtempSync(join(tmpdir(), 'sparkify-work-'))]
  onTestFinished(() => {
    for (const folder of [data, work]) rmSync(folder, { recursive: true, force: true })
  })
  cpSync(twoDays.folder, data, { recursive: true })
  rmSync(join(data, lastDay))
  const cloud = await openCloud({
    principalPolicy: await listingPolicy(sids),
    buckets: {
      'sparkify-data': { folder: data, region: 'us-west-2' },
      'sparkify-work': { folder: work, region: 'us-west-2' },
    },
  })
  const { SPARKIFY_HOME } = await homes.twoDays()
  const env = { ...cloud.env, SPARKIFY_HOME, ...(manifests ? { SPARKIFY_WORK: 's3://sparkify-work/lists' } : {}) }
  const addDay = (): void => {
    mkdirSync(dirname(join(data, lastDay)), { recursive: true })
    const content = readFileSync(join(twoDays.folder, lastDay))
    if (manifests) writeFileSync(join(data, `${lastDay}.gz`), gzipSync(content))
    else writeFileSync(join(data, lastDay), content)
  }
  return { ...cloud, env, home: SPARKIFY_HOME, data, addDay }
}

const ways = [
  ['by a manifest', ['ListTheSources', 'WriteTheManifests'], true],
  ['by its key', ['ListTheSources'], false],
] as const

const copies = (writes: readonly string[]): number => writes.join(';').match(/(^|; ?)copy /g)?.length ?? 0

describe('a night on Redshift that lists its sources', { timeout: 120_000 }, () => {
  it.each(ways)(
    'reads the new day alone %s, says so, and gives the totals of both; a changed day is read with all the others',
    async (...[, sids, manifests]) => {
      const { double, env, data, addDay } = await openListed(sids, manifests)
      const done = async (line: string): Promise<string> => {
        const { status, stdout, stderr } = await sayHere(line, env)
        expect([line, status, stderr]).toEqual([line, 0, expect.any(String)])
        return stdout
      }
      await done('spin-up --yes')
      expect(await done('doctor all=yes')).toMatch(/Sources +1 log file, 9 song files/)
      await done('etl')
      const before = await writesOf(double)
      addDay()
      expect(await done('etl dry-run=yes')).toContain('A load would read')
      expect(await done('etl')).toMatch(/1 new file; \d+ of 191 events read/)
      expect(copies((await writesOf(double)).slice(before.length))).toBe(1)
      expect(rowsOf((await sayJson('qa counts', env, sayHere)).answer)).toMatchObject(twoDays.counts)
      expect(await done('qa checks')).toContain('checks green')
      expect(await done('etl')).toContain('No file has changed; 0 of 191 events read')
      const first = join(data, 'log_data/2018/11/2018-11-10-events.json')
      writeFileSync(first, readFileSync(first, 'utf8').split('\n').slice(0, 20).join('\n'))
      expect((await sayHere('etl', env)).stderr).toMatch(
        /in full: 1 object of load \d+, the last full load, has changed or is gone/,
      )
    },
  )

  it('that may not list reads everything, and says why; doctor shows what to allow', async () => {
    const { env, addDay } = await openListed([], false)
    for (const line of ['spin-up --yes', 'etl']) expect((await sayHere(line, env)).status).toBe(0)
    const doctor = await sayHere('doctor all=yes', env)
    expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /the bot may not list the objects, so every load reads everything.*"s3:ListBucket"/,
    )
    addDay()
    const { status, stdout, stderr } = await sayHere('etl', env)
    expect([status, stdout, stderr]).toEqual([
      0,
      expect.stringContaining('191 events and 9 songs read'),
      expect.stringContaining('in full: the bot may not list the objects'),
    ])
    const refused = await sayHere('quarantine first.json', env)
    expect(refused.stderr).toContain('The warehouse reads everything below the prefixes')
  })

  it.each(ways)('that is killed while it submits the new day %s loads it once', async (...[, sids, manifests]) => {
    const { double, env, home, addDay } = await openListed(sids, manifests)
    mkdirSync(home, { recursive: true })
    const { say, ledger } = await openBots({ double, env }, home)
    await say('spin-up')
    await say('etl')
    addDay()
    const title = 'Stage events'
    const deaths: readonly Death[] = [
      { title, write: 'keep', when: 'before' },
      { title, write: 'keep', when: 'after' },
    ]
    const before = (await writesOf(double)).length
    const { answer, died } = await say('etl', deaths)
    expect([answer.ok, died]).toEqual([true, 2])
    expect(copies((await writesOf(double)).slice(before))).toBe(1)
    expect((await ledger.loads.live())?.facts.counts).toMatchObject(twoDays.counts)
  })
})
