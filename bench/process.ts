/** The programs that are measured, as processes of their own. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The bare Bolt app beside which the bot is measured. Its arguments are a signing secret and a port. */
export const bareFile = fileURLToPath(new URL('bare-bolt.js', import.meta.url))

/** What Node gets where `npm start` starts a bot: its options, the program, the root. */
export async function botArguments(): Promise<readonly string[]> {
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const [, words] = /^exec node (.+?) \|\|/.exec(scripts.start) ?? []
  if (words === undefined) throw new Error(`npm start does not start Node: ${scripts.start}`)
  return words.split(' ')
}
