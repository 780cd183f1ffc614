import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

// Node keeps each module it has read, so this is seen in a process that has read none: the compiled one, which `npm test` builds first.
const renderer = new URL('../../dist/workspace/page/read-only.js', import.meta.url)
const notBuilt = existsSync(renderer) ? '' : ' (skipped: npm run build first)'

it.skipIf(notBuilt)(`draws the page however late the disk gives React${notBuilt}`, async () => {
  const script = `
    import promises from 'node:fs/promises'
    const read = promises.readFile
    promises.readFile = async (file, ...more) => {
      if (/react.index\\.js$/.test(String(file))) {
        console.log('React comes late')
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      return read(file, ...more)
    }
    const { loadReadOnly } = await import(${JSON.stringify(renderer.href)})
    await loadReadOnly({}, () => new Date())
    console.log('and the page is drawn')`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  // From Node 22 on the files of an import are read at once, so that none comes late.
  const late = process.versions.node.startsWith('20.') ? 'React comes late\n' : ''
  expect(stdout).toBe(`${late}and the page is drawn\n`)
})
