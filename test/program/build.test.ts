import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/*
 * `npm run build` on a program of two modules, in a folder of its own: what runs meanwhile must not notice.
 */

const repository = fileURLToPath(new URL('../../', import.meta.url))
let root: string

async function build() {
  const child = spawn(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  const [status] = await once(child, 'close')
  return { status, printed }
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(join(root, file), text)
}

/** A program that says its first word, waits for a line, and only then reads its second module. */
async function writeProgram(word: string): Promise<void> {
  await write('src/word.ts', `export const ${word}: string = '${word}'\n`)
  await write(
    'src/main.ts',
    [
      `process.stdout.write('ready\\n')`,
      `process.stdin.once('data', async () => {`,
      `  const { ${word} } = await import('./word.ts')`,
      `  process.stdout.write(${word})`,
      `  process.exit()`,
      `})`,
      ``,
    ].join('\n'),
  )
}

async function startProgram() {
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    async goOn(): Promise<string> {
      const said = once(child.stdout, 'data')
      child.stdin.write('\n')
      return String(await said)
    },
  }
}

async function builds(): Promise<readonly string[]> {
  return (await readdir(root)).filter((name) => name.startsWith('dist'))
}

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sparkify-build-')))
  await mkdir(join(root, 'scripts'))
  await mkdir(join(root, 'src'))
  for (const file of ['scripts/build.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    await copyFile(join(repository, file), join(root, file))
  }
  await symlink(await realpath(join(repository, 'node_modules')), join(root, 'node_modules'))
  await write('package.json', '{ "type": "module" }\n')
  await writeProgram('one')
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('the build', { timeout: 120_000 }, () => {
  it('is made once where several ask for it at once, and leaves nothing half made', async () => {
    const ended = await Promise.all([build(), build(), build()])
    expect(ended).toEqual(ended.map(() => ({ status: 0, printed: expect.stringMatching(/^(Building .+\n)?$/) })))
    expect(await builds()).toEqual(['dist', await readlink(join(root, 'dist'))])
    expect(await (await startProgram()).goOn()).toBe('one')
  })

  it('is left alone where nothing has changed', async () => {
    const before = await stat(join(root, 'dist/main.js'))
    expect((await build()).status).toBe(0)
    expect((await stat(join(root, 'dist/main.js'))).mtimeMs).toBe(before.mtimeMs)
  })

  it('is made anew when a source differs, and a program that runs stays with its own', async () => {
    const running = await startProgram()
    await writeProgram('two')
    expect((await Promise.all([build(), build()])).map(({ status }) => status)).toEqual([0, 0])
    expect(await (await startProgram()).goOn()).toBe('two')
    expect(await running.goOn()).toBe('one')
  })

  it('takes the place of a folder dist, as it was before', async () => {
    await rm(join(root, 'dist'))
    await mkdir(join(root, 'dist'))
    await write('dist/main.js', 'throw new Error()')
    expect((await build()).status).toBe(0)
    expect(await (await startProgram()).goOn()).toBe('two')
  })

  it('keeps what there was, and says why, when a source is wrong', async () => {
    const before = await builds()
    await write('src/word.ts', 'export const three: string = 3\n')
    const { status, printed } = await build()
    expect(status).not.toBe(0)
    expect(printed).toContain('src/word.ts')
    expect(await builds()).toEqual(before)
    expect(await (await startProgram()).goOn()).toBe('two')
  })
})
