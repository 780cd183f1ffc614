import { chmod, mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openToOthers, prepareDataDir } from '../../src/machine/data-dir.ts'

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

/** A data folder as earlier versions left it, under an umask of 022. */
async function older(...more: readonly string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'home-'))
  for (const folder of ['loads', 'workspace']) await mkdir(join(home, folder), { mode: 0o755 })
  for (const file of ['state.db', 'state.db-wal', 'sparkify.log', ...more]) await writeFile(join(home, file), 'x')
  await chmod(home, 0o755)
  return home
}

describe('the data folder', () => {
  it('is made for its user alone', async () => {
    const home = join(await mkdtemp(join(tmpdir(), 'home-')), 'deep/sparkify')
    await prepareDataDir(home)
    expect(await modeOf(home)).toBe('700')
  })

  it('that an earlier version left open to others is closed, with all in it', async () => {
    const home = await older()
    expect(await openToOthers(home)).toHaveLength(6)
    await prepareDataDir(home)
    expect(await openToOthers(home)).toEqual([])
    expect(await Promise.all(['', 'loads', 'state.db-wal'].map((name) => modeOf(join(home, name))))).toEqual([
      '700',
      '700',
      '600',
    ])
  })

  it('in a folder that holds other things leaves these, and the folder, as they are', async () => {
    const home = await older('of-others')
    await symlink('of-others', join(home, 'terminal.log'))
    await prepareDataDir(home)
    expect(await Promise.all(['', 'of-others', 'state.db'].map((name) => modeOf(join(home, name))))).toEqual([
      '755',
      '644',
      '600',
    ])
  })
})
