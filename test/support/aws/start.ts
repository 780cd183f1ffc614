import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { compileDouble } from './compile.ts'
import type { LoggedCall, LoggedStatement } from './control/call.ts'
import type { FaultInput } from './control/fault.ts'
import type { Left } from './control/left.ts'
import { sceneAccessKeyId, type UsedAction } from './iam/caller.ts'
import type { DoubleOptions } from './options.ts'

/** A running double. */
export type Double = {
  /** What AWS_ENDPOINT_URL is to be. */
  readonly url: string
  readonly pid: number
  /** The environment of a program that is to meet the double instead of AWS. */
  readonly env: Readonly<Record<string, string>>
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

/** Starts a double in a process of its own, which outlives whoever talks to it and ends with the caller. */
export async function startDouble(options: DoubleOptions = {}): Promise<Double> {
  const child = fork(join(compileDouble(), 'main.js'), [JSON.stringify(options)], {
    // No double lives long enough for better code of its PostgreSQL to pay.
    execArgv: ['--liftoff-only'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the double ended with ${code}`))),
  ])
  const { url } = z.object({ url: z.string() }).parse(message)
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
    pid: child.pid ?? 0,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: defaultRegion,
      AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    client,
    scene: clientWith(sceneAccessKeyId),
    fault: (fault) => request('POST', 'faults', fault),
    clearFaults: () => request('DELETE', 'faults'),
    calls: () => request('GET', 'calls'),
    clearCalls: () => request('DELETE', 'calls'),
    used: () => request('GET', 'used'),
    left: () => request('GET', 'left'),
    statements: () => request('GET', 'statements'),
    advance: (ms) => request('POST', 'advance', { ms }),
    stop: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}
