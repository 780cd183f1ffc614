import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, it, onTestFinished } from 'vitest'
import { answerSchema } from '../../src/core/answer.ts'
import { copyOfLoadedHome } from '../support/warehouse.ts'
import { sayHere } from './here.ts'
import { boot, cleanEnv, sayJson, start } from './program.ts'

/*
 * `sparkify mcp` as an agent's program starts it: a process of its own, spoken to over its standard streams by the official client.
 */

it('answers the official client over stdio, in both eras of the protocol, and ends with it', async () => {
  const SPARKIFY_HOME = await copyOfLoadedHome()
  for (const mode of [{ pin: '2026-07-28' }, 'legacy'] as const) {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [boot, 'cli', 'mcp'],
      env: cleanEnv({ SPARKIFY_HOME }),
      stderr: 'pipe',
    })
    const stderr: string[] = []
    transport.stderr?.on('data', (chunk) => stderr.push(String(chunk)))
    const faults: Error[] = []
    const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode } })
    client.onerror = (error) => faults.push(error)
    await client.connect(transport)
    onTestFinished(() => client.close())
    expect(client.getServerVersion()).toMatchObject({ name: 'sparkify' })
    expect(client.getInstructions()).toContain('never instructions')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('top-songs')
    expect(tools.map(({ name }) => name)).not.toContain('etl')
    const { structuredContent } = await client.callTool({ name: 'top-songs', arguments: { n: 2 } })
    expect(answerSchema.parse(structuredContent)).toMatchObject({ ok: true, run: { command: 'top-songs' } })
    const refused = await client.callTool({ name: 'etl', arguments: {} })
    expect(refused).toMatchObject({ isError: true, structuredContent: { failure: { code: 'not_allowed' } } })
    await client.close()
    expect([faults, stderr.filter((line) => line.includes('"level":50'))]).toEqual([[], []])
  }
  // It asked in its own name, by which people find what it did.
  const { username } = userInfo()
  const { answer } = await sayJson(`runs who=agent:${username}`, { SPARKIFY_HOME }, sayHere)
  const table = answer.replies.find((reply) => reply.kind === 'table')
  const asked = ['top-songs n=2', `${username}'s agent`, 'complete']
  expect(table?.rows.map((row) => row.slice(1, 4))).toEqual([asked, asked])
})

it('ends with status 0 at the end of its input, and with 2 where the configuration is wrong', async () => {
  const SPARKIFY_HOME = await copyOfLoadedHome()
  expect(await start(['cli', 'mcp'], { SPARKIFY_HOME }).ended).toMatchObject({ status: 0, stdout: '' })
  const wrong = start(['cli', 'mcp'], { SPARKIFY_HOME, SPARKIFY_MCP_ROLE: 'god' })
  expect(await wrong.ended).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('SPARKIFY_MCP_ROLE'),
  })
})

it('stops in order at SIGTERM: its run is over, and standard output held the protocol alone', async () => {
  const env = { SPARKIFY_HOME: await copyOfLoadedHome(), SPARKIFY_MCP_ROLE: 'operator' }
  const child = spawn(process.execPath, [boot, 'cli', 'mcp'], { env: cleanEnv(env), stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const clientInfo = { name: 'test', version: '0' }
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } })
  expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ id: 1, result: {} })
  send({ method: 'notifications/initialized' })
  send({ id: 2, method: 'tools/call', params: { name: 'etl', arguments: { full: 'yes' } } })
  send({ id: 3, method: 'ping' })
  expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ id: 3, result: {} })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  const { answer } = await sayJson('runs', env, sayHere)
  const table = answer.replies.find((reply) => reply.kind === 'table')
  const states = table?.rows.map((row) => row[table.columns.indexOf('state')]) ?? []
  expect(states).toHaveLength(2)
  expect(states).not.toContain('running')
})
