import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { control } from './control/handle.ts'
import { dataActions } from './data/actions.ts'
import { AwsError, DroppedConnection } from './error.ts'
import { iamActions } from './iam/actions.ts'
import { callerOf } from './iam/caller.ts'
import { redshiftActions } from './redshift/actions.ts'
import { performS3, s3ActionOf, s3CallOf, s3Refusal, strangerTo } from './s3/actions.ts'
import { serverlessActions } from './serverless/actions.ts'
import type { JsonAction, QueryAction } from './services.ts'
import { stsActions, unsignedStsActions } from './sts.ts'
import { writeError, writeJson } from './wire/json.ts'
import { answer, namespaces, type QueryService, refusal } from './wire/query.ts'
import { credentialScope } from './wire/signature.ts'
import type { World } from './world.ts'

/** What is sent back. */
type Reply = {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly code?: string
  readonly headers?: Readonly<Record<string, string>>
}

const queryActions: Readonly<Record<QueryService, Readonly<Record<string, QueryAction>>>> = {
  iam: iamActions,
  redshift: redshiftActions,
  sts: stsActions,
}

/** By the first part of `X-Amz-Target`. */
const jsonServices: Readonly<
  Record<string, { readonly name: string; readonly actions: Readonly<Record<string, JsonAction>> }>
> = {
  RedshiftData: { name: 'redshift-data', actions: dataActions },
  RedshiftServerless: { name: 'redshift-serverless', actions: serverlessActions },
}

/** A request of one of the services, whatever its wire protocol. */
type Request = {
  /** As a policy names it. */
  readonly action: string
  readonly perform: (hungUp: AbortSignal) => Promise<Reply>
  readonly refuse: (error: AwsError) => Reply
  /** The SQL that it submits. */
  readonly sqls: readonly string[]
}

/** The HTTP server: IAM, Redshift and STS in the query protocol, the Data API in AWS JSON 1.1, S3 in REST, and `/_double/`. */
export function createDoubleServer(world: World): Server {
  return createServer((incoming, response) => {
    respond(world, incoming, response).catch(world.crash)
  })
}

async function respond(world: World, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const content = await buffer(incoming)
  const body = content.toString('utf8')
  const [, name] = /^\/_double\/(\w+)$/.exec(incoming.url ?? '') ?? []
  if (name !== undefined) return respondControl(world, incoming.method ?? 'GET', name, body, response)
  const requestId = randomUUID()
  const scope = credentialScope(incoming.headers.authorization)
  const request = requestOf(world, incoming, content, requestId)
  const hungUp = new AbortController()
  response.on('close', () => hungUp.abort())
  const log = (status: number, code?: string) => {
    const at = world.clock.now()
    world.calls.push({ at, action: request.action, region: scope?.region ?? '', status, code, requestId })
  }
  try {
    world.faults.before(request.action)
    const reply = await request.perform(hungUp.signal)
    if (world.faults.losesAnswer(request.action, request.sqls)) throw new DroppedConnection()
    log(reply.status)
    send(response, reply, requestId, world.faults.cuts(request.action))
  } catch (error) {
    if (error instanceof DroppedConnection) {
      log(0)
      incoming.socket.destroy()
    } else if (error instanceof AwsError) {
      log(error.status, error.code)
      send(response, request.refuse(error), requestId)
    } else {
      throw error
    }
  }
}

function requestOf(world: World, incoming: IncomingMessage, content: Buffer, requestId: string): Request {
  const body = content.toString('utf8')
  const token = incoming.headers['x-amz-security-token']
  const scope = credentialScope(incoming.headers.authorization, typeof token === 'string' ? token : undefined)
  const signed = () => {
    if (scope !== undefined) return callerOf(world, scope)
    throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
  }
  const target = incoming.headers['x-amz-target']
  if (typeof target === 'string') {
    const [prefix = '', name = ''] = target.split('.')
    const service = jsonServices[prefix] ?? { name: 'redshift-data', actions: {} }
    const input = parsed(body)
    return {
      action: `${service.name}:${name}`,
      perform: async (hungUp) => {
        const perform = service.actions[name]
        if (input === undefined) throw new AwsError('SerializationException', 'The request is not JSON')
        if (perform === undefined) throw new AwsError('UnknownOperationException', `Unknown operation ${target}`)
        return json(200, writeJson(await perform({ world, input, caller: signed(), hungUp })))
      },
      refuse: (error) => {
        const named = dataApiError(error)
        return { ...json(named.status, writeError(named)), code: named.code }
      },
      sqls: sqlsOf(input),
    }
  }
  const [, bucket = ''] = /^\/([^/?]+)/.exec(incoming.url ?? '') ?? []
  const isUnsigned = scope === undefined && incoming.method === 'GET' && Object.hasOwn(world.options.buckets, bucket)
  if (scope?.service === 's3' || isUnsigned) {
    const ifMatch = incoming.headers['if-match']
    const call = s3CallOf(incoming.method ?? 'GET', incoming.url ?? '/', content, ifMatch)
    return {
      action: s3ActionOf(call),
      perform: async () => {
        const {
          status,
          body: answered,
          headers,
        } = await performS3(world, call, isUnsigned ? strangerTo(world, bucket) : signed())
        return {
          status,
          type: typeof answered === 'string' ? 'application/xml' : 'binary/octet-stream',
          body: answered,
          headers,
        }
      },
      refuse: (error) => ({
        ...xml(error.status, s3Refusal(error, requestId)),
        ...(error.members['region'] === undefined
          ? {}
          : { headers: { 'x-amz-bucket-region': error.members['region'] } }),
      }),
      sqls: [],
    }
  }
  const form = new URLSearchParams(body)
  const name = form.get('Action') ?? ''
  const unsigned = unsignedStsActions[name]
  const service = unsigned === undefined ? serviceOf(scope?.service) : 'sts'
  return {
    action: `${service}:${name}`,
    perform: async () => {
      if (unsigned !== undefined) return xml(200, answer(service, name, unsigned({ world, form }), requestId))
      const perform = queryActions[service][name]
      if (perform === undefined) {
        throw new AwsError('InvalidAction', `Could not find operation ${name} for version ${form.get('Version')}`)
      }
      return xml(200, answer(service, name, await perform({ world, form, caller: signed() }), requestId))
    },
    refuse: (error) => xml(error.status, refusal(service, error, requestId)),
    sqls: [],
  }
}

function respondControl(world: World, method: string, name: string, body: string, response: ServerResponse): void {
  send(response, controlReply(world, method, name, body), randomUUID())
}

function controlReply(world: World, method: string, name: string, body: string): Reply {
  try {
    const found = control(world, method, name, body)
    return found === undefined ? json(404, '{}') : json(200, writeJson(found))
  } catch (error) {
    return json(400, writeJson({ message: String(error) }))
  }
}

function send(response: ServerResponse, reply: Reply, requestId: string, isCut = false): void {
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
    ...reply.headers,
    ...(reply.code === undefined ? {} : { 'x-amzn-errortype': reply.code }),
    'content-length': Buffer.byteLength(reply.body),
  })
  if (!isCut) return void response.end(reply.body)
  const body = Buffer.from(reply.body)
  response.write(body.subarray(0, body.length / 2), () => response.destroy())
}

function serviceOf(signingName: string | undefined): QueryService {
  const known = Object.keys(namespaces).find((name): name is QueryService => name === signingName)
  return known ?? 'redshift'
}

/** JSON services call a denial AccessDeniedException and answer it with 400. */
function dataApiError(error: AwsError): AwsError {
  return ['AccessDenied', 'MissingAuthenticationToken', 'ExpiredToken'].includes(error.code)
    ? new AwsError(`${error.code}Exception`, error.message, 400)
    : error
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function sqlsOf(input: unknown): readonly string[] {
  if (typeof input !== 'object' || input === null) return []
  if ('Sqls' in input && Array.isArray(input.Sqls)) return input.Sqls.map(String)
  return 'Sql' in input ? [String(input.Sql)] : []
}

function json(status: number, body: string): Reply {
  return { status, type: 'application/x-amz-json-1.1', body }
}

function xml(status: number, body: string): Reply {
  return { status, type: 'text/xml', body }
}
