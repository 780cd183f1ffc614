import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Answer, answerSchema } from '../../src/core/answer.ts'

/*
 * The built program as its users start it: processes of their own, talked to over HTTP and pipes. `npm test` builds it first.
 */

/** The built program. */
export const boot = fileURLToPath(new URL('../../dist/boot.cjs', import.meta.url))

/** An environment without anything of the machine's own that the program would read. */
export function cleanEnv(own: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, TZ: 'UTC', ...own }
}

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout(): string
  stderr(): string
}

/** Starts `node dist/boot.cjs …`. */
export function start(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): Started {
  const child = spawn(process.execPath, [boot, ...args], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'], cwd })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((done) => {
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }))
  })
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

/** Says one line in the terminal and waits for its end. */
export async function say(line: string | readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return start(['cli', ...(typeof line === 'string' ? line.split(' ') : line)], env).ended
}

/** Says one line with `--json`, in a process of its own unless told otherwise, and reads the document by its schema. */
export async function sayJson(
  line: string,
  env: Readonly<Record<string, string>>,
  saying: (line: string, env: Readonly<Record<string, string>>) => Promise<Ended> = say,
): Promise<{ answer: Answer; status: number | null }> {
  const { stdout, stderr, status } = await saying(`${line} --json`, env)
  if (stdout === '') throw new Error(`no document on stdout; stderr: ${stderr}`)
  return { answer: answerSchema.parse(JSON.parse(stdout)), status }
}

/** The rows of an answer's table by its title (the first one when there is no title), by their first cell. */
export function rowsOf(answer: Answer, title?: string): Record<string, unknown> {
  const table = answer.replies.find((reply) => reply.kind === 'table' && (title === undefined || reply.title === title))
  if (table?.kind !== 'table') throw new Error(`no table in ${JSON.stringify(answer)}`)
  return Object.fromEntries(table.rows.map(([first, ...rest]) => [String(first), rest.length === 1 ? rest[0] : rest]))
}

export async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Waits until `look` gives something, and gives it; fails after a minute and a half with `what`. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 90_000
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await pause(20)
  }
}

/** A message as the local workspace keeps it. */
export interface Said {
  readonly ts: string
  readonly channel: string
  readonly text: string
  readonly blocks?: unknown
  readonly thread_ts?: string
}

/** What a person does and sees in the local workspace of a bot. */
export interface Workspace {
  readonly origin: string
  /** What the browser of somebody sends who has opened the page. */
  readonly headers: Readonly<Record<string, string>>
  /** Says something in the workspace, as a person at the page would. */
  write(text: string, as?: string, channel?: string): Promise<unknown>
  /** The page as this person sees it. */
  page(as: string): Promise<string>
  /** What everybody sees, each message as it stands now. */
  messages(): Promise<readonly Said[]>
}

/** A bot in a process of its own. */
export interface Bot extends Started, Workspace {}

/** Starts the bot in a process of its own, with its local workspace, and waits until it is well. */
export async function startBot(
  env: Readonly<Record<string, string>> & { readonly SPARKIFY_HOME: string },
): Promise<Bot> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const started = start(['main'], { ...env, SPARKIFY_PORT: String(port) })
  await until('the bot is well', async () => {
    if (started.child.exitCode !== null) throw new Error(`the bot ended: ${started.stderr()}`)
    return (await fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )) && started.stdout().includes('running')
      ? true
      : undefined
  })
  const page = /Open (\S+)/.exec(started.stdout())?.[1] ?? origin
  return { ...started, ...(await workspaceAt(page, env.SPARKIFY_HOME)) }
}

/** The local workspace behind the address that its bot prints, which keeps its messages in this home. */
export async function workspaceAt(address: string, home: string): Promise<Workspace> {
  const { origin } = new URL(address)
  const [cookie = ''] = (await fetch(address, { redirect: 'manual' })).headers.getSetCookie()
  const headers = { cookie: cookie.split(';')[0] ?? '', origin }
  return {
    origin,
    headers,
    async write(text, as = 'U0ADA0ADMIN', channel = 'C0DATAENG00') {
      const response = await fetch(`${origin}/page/send`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ as, channel, text }),
      })
      if (!response.ok) throw new Error(`the page said ${response.status}: ${await response.text()}`)
      return response.json()
    },
    page: async (as) => (await fetch(`${origin}/?as=${as}`, { headers })).text(),
    messages: () => messagesIn(home),
  }
}

/** What has been said in the workspace of this home, each message as it stands now, oldest first. */
export async function messagesIn(home: string): Promise<readonly Said[]> {
  const text = await readFile(join(home, 'workspace', 'workspace.jsonl'), 'utf8')
  const byTs = new Map<string, Said>()
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = JSON.parse(line)
    if (entry.op === 'message') byTs.set(entry.message.ts, entry.message)
  }
  return [...byTs.values()]
}
