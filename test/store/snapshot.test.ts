import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { snapshotLedger } from '../../src/store/snapshot.ts'
import { answerOf, newProcess, noon, opened } from '../contract/ledger/world.ts'

const at = noon.toISOString()

it('A copy of a ledger has the loads that are kept and the leases that hold, and nothing that is at work', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-snapshot-'))
  const url = pathToFileURL(join(folder, 'state.db')).href
  const ledger = await openLedger({ url, now: () => noon })
  onTestFinished(async () => {
    await ledger.close()
    await rm(folder, { recursive: true })
  })
  const { loads, notes, processes, runs } = ledger
  await processes.enter(newProcess())
  await notes.set('lease:us-west-2:sparkify', { until: null, ran: [] })
  await notes.set('lease:eu-west-1:sparkify', null)
  await notes.set('leased', 'another note')
  const built = async (): Promise<number> => {
    const { id } = await opened(ledger)
    await loads.begin(id, at)
    return id
  }
  const [live, held, discarded, building] = [await built(), await built(), await built(), await built()]
  await loads.publish(live, live, 'one', at)
  await loads.hold(held, held, 'one')
  await loads.discard(discarded)

  const writer = await opened(ledger, { writer: true })
  await expect(snapshotLedger(url, join(folder, 'busy.db'))).rejects.toMatchObject({
    code: 'busy',
    message: `Run ${writer.id} is changing the warehouse. Nothing was backed up.`,
    remedy: 'Back up when it has ended: type runs to see it.',
  })
  await runs.end(writer.id, 'one', { state: 'complete', answer: answerOf('Done'), ended: at, costUsd: null }, [])

  // The runs that began the loads still read.
  const target = join(folder, 'copy.db')
  expect(await snapshotLedger(url, target)).toEqual({
    version: migrations.length,
    loads: [live, held],
    leases: ['lease:us-west-2:sparkify'],
  })
  expect((await stat(target)).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])
  await expect(snapshotLedger(url, target)).rejects.toThrow('EEXIST')

  const copy = await openLedger({ url: pathToFileURL(target).href, now: () => noon })
  expect([(await copy.loads.get(building))?.state, (await copy.loads.get(held))?.state]).toEqual(['discarded', 'held'])
  expect([await copy.processes.bot(noon), (await copy.runs.get(writer.id))?.state]).toEqual([null, 'complete'])
  await copy.close()
  // The ledger itself stays as it is.
  expect([(await loads.get(building))?.state, (await processes.bot(noon))?.id]).toEqual(['building', 'one'])
})
