import { fork } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { compileDouble } from './compile.ts'
import type { LoggedCall, LoggedStatement } from './control/call.ts'
import type { FaultInput } from './control/fault.ts'
import type { Left } from './control/left.ts'
import type { HostReply, HostRequest } from './host.ts'
import { sceneAccessKeyId, type UsedAction } from './iam/caller.ts'
import type { DoubleOptions } from './options.ts'

/** A running double. */
export type Double = {
  /** What AWS_ENDPOINT_URL is to be. */
  readonly url: string
  /** The environment of a program that is to meet the double instead of AWS. */
  readonly env: Readonly<Record<string, string>>
  /**
   * The environment of a program that assumes the principal's role with a web identity, as on EKS: the SDK makes up a session name for
   * each set of credentials.
   */
  readonly roleEnv: (tokenFile: string) => Readonly<Record<string, string>>
  /** Client configuration of the principal, whose policy is enforced. */
  readonly client: DoubleClient
  /** Client configuration of somebody who may do everything and is not counted in `used`. */
  readonly scene: DoubleClient
  readonly fault: (fault: FaultInput) => Promise<void>
  readonly clearFaults: () => Promise<void>
  /** The requests since the start or the last `clearCalls`, oldest first. */
  readonly calls: () => Promise<readonly LoggedCall[]>
  readonly clearCalls: () => Promise<void>
  /** Each action that the principal used, with its resource, also those that AWS does on its behalf. */
  readonly used: () => Promise<readonly UsedAction[]>
  /** What exists in the account. */
  readonly left: () => Promise<Left>
  /** The statements that were submitted, oldest first. */
  readonly statements: () => Promise<readonly LoggedStatement[]>
  /** Begins or ends AWS's maintenance of a cluster. */
  readonly maintain: (cluster: string, on: boolean) => Promise<void>
  /** Moves the double's clock ahead. */
  readonly advance: (ms: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** What every SDK client of a double is made with. */
export type DoubleClient = {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const defaultRegion = 'us-west-2'
const secretAccessKey = 'not-checked'

const hostReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), id: z.number(), url: z.string() }),
  z.object({ kind: z.literal('refused'), id: z.number(), reason: z.string() }),
])

/** The process of the doubles: the URL that it answers with, or an error. */
type Host = { readonly ask: (request: HostRequest) => Promise<string> }

let host: Host | undefined
let requests = 0

/**
 * The process that all doubles of this one live in. It outlives whoever talks to it and ends with the caller. One process for
 * all, because its start takes 0.4 s of a processor and that of a PostgreSQL 1.5 s: the next double finds the one of the last.
 */
function theHost(): Host {
  host ??= startHost()
  return host
}

function startHost(): Host {
  const child = fork(join(compileDouble(), 'main.js'), [], {
    // Better code of its PostgreSQL takes longer to compile than a test file runs.
    execArgv: ['--liftoff-only'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // Neither keeps the caller alive that has nothing else to do.
  child.unref()
  child.channel?.unref()
  const waiting = new Map<number, (reply: HostReply) => void>()
  child.on('message', (message) => {
    const reply = hostReply.parse(message)
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  child.on('exit', (code) => {
    host = undefined
    for (const [id, settle] of waiting) settle({ kind: 'refused', id, reason: `its process ended with ${code}` })
  })
  return {
    async ask(request) {
      child.channel?.ref()
      const reply = await new Promise<HostReply>((resolve) => {
        waiting.set(request.id, resolve)
        child.send(request)
      })
      if (waiting.size === 0) child.channel?.unref()
      if (reply.kind === 'refused') throw new Error(`no double: ${reply.reason}`)
      return reply.url
    },
  }
}

/** Starts a double: an account of its own on a port of its own, in a process that is not the caller's. */
export async function startDouble(options: DoubleOptions = {}): Promise<Double> {
  const url = await theHost().ask({ kind: 'open', id: ++requests, options })
  const request = async <T>(method: string, name: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_double/${name}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`the double refused ${method} ${name}: ${await response.text()}`)
    return response.json()
  }
  const clientWith = (accessKeyId: string): DoubleClient => ({
    endpoint: url,
    region: defaultRegion,
    credentials: { accessKeyId, secretAccessKey },
  })
  const client = clientWith('AKIADOUBLEBOT0000000')
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: defaultRegion,
      AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    roleEnv: (tokenFile) => ({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: defaultRegion,
      AWS_ROLE_ARN: options.principalArn ?? '',
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    }),
    client,
    scene: clientWith(sceneAccessKeyId),
    fault: (fault) => request('POST', 'faults', fault),
    clearFaults: () => request('DELETE', 'faults'),
    calls: () => request('GET', 'calls'),
    clearCalls: () => request('DELETE', 'calls'),
    used: () => request('GET', 'used'),
    left: () => request('GET', 'left'),
    statements: () => request('GET', 'statements'),
    maintain: (cluster, on) => request('POST', 'maintenance', { cluster, on }),
    advance: (ms) => request('POST', 'advance', { ms }),
    stop: async () => {
      await theHost().ask({ kind: 'close', id: ++requests, url })
    },
  }
}
