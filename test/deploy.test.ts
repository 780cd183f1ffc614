import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { drainMs } from '../src/bot.ts'
import { variableNames } from '../src/config.ts'

const root = join(import.meta.dirname, '..')
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const dockerfile = read('Dockerfile')
const unit = read('deploy/sparkify.service')
const { scripts } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(read('package.json')))
const files = ['Dockerfile', 'deploy/compose.yaml', 'deploy/kubernetes.yaml', 'deploy/sparkify.service'] as const

const { services } = z
  .object({ services: z.object({ sparkify: z.object({ ports: z.array(z.string()), stop_grace_period: z.string() }) }) })
  .parse(parse(read('deploy/compose.yaml')))
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) })
const deployment = z
  .object({
    kind: z.literal('Deployment'),
    spec: z.object({
      replicas: z.literal(1),
      strategy: z.object({ type: z.literal('Recreate') }),
      template: z.object({
        spec: z.object({
          terminationGracePeriodSeconds: z.number(),
          securityContext: z.object({ runAsUser: z.number() }),
          containers: z.tuple([
            z.object({
              ports: z.tuple([z.object({ containerPort: z.number() })]),
              livenessProbe: probe,
              readinessProbe: probe,
            }),
          ]),
        }),
      }),
    }),
  })
  .parse(parseAllDocuments(read('deploy/kubernetes.yaml'))[1]?.toJS())
const pod = deployment.spec.template.spec

/** What the `.dockerignore` lets into the build. */
const context = read('.dockerignore')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))

describe('the files to deploy', () => {
  it.each(files)('name only variables that the program reads: %s', (file) => {
    const named = read(file).match(/\b(?:SPARKIFY|SLACK|REDSHIFT)_[A-Z_]+\b/g) ?? []
    expect([...new Set(named)].filter((name) => !variableNames.includes(name))).toEqual([])
  })

  it('agree on the port', () => {
    const port = /SPARKIFY_PORT=(\d+)/.exec(dockerfile)?.[1]
    expect(/^EXPOSE (\d+)$/m.exec(dockerfile)?.[1]).toBe(port)
    expect(/SPARKIFY_PORT=(\d+)/.exec(unit)?.[1]).toBe(port)
    expect(services.sparkify.ports).toEqual([`127.0.0.1:${port}:${port}`])
    expect(pod.containers[0].ports[0].containerPort).toBe(Number(port))
  })

  it('start Node with the same options as npm start', () => {
    const options = /^exec node (.+) dist\/boot\.cjs main \|\|/.exec(scripts.start)?.[1]
    expect(/^ExecStart=\/usr\/bin\/env node (.+) dist\/boot\.cjs main$/m.exec(unit)?.[1]).toBe(options)
    expect(/^CMD \["node", "(.+)", "\/app\/dist\/boot\.cjs", "main"\]$/m.exec(dockerfile)?.[1]).toBe(options)
  })

  it('have a writable home, in which DuckDB keeps its extension for s3://', () => {
    const volume = /^VOLUME (\S+)$/m.exec(dockerfile)?.[1]
    expect(/^ +HOME=(\S+) /m.exec(dockerfile)?.[1]).toBe(volume)
    expect(/^ +SPARKIFY_HOME=(\S+) /m.exec(dockerfile)?.[1]).toBe(volume)
  })

  it('reach the data folder, the variables and the program of the unit from the terminal beside it', () => {
    const terminal = read('deploy/sparkify')
    const home = /SPARKIFY_HOME=(\S+)/.exec(unit)?.[1]
    expect(/ SPARKIFY_HOME=(\S+)/.exec(terminal)?.[1]).toBe(home)
    expect(/--env-file=(\S+)/.exec(terminal)?.[1]).toBe(/^EnvironmentFile=(\S+)$/m.exec(unit)?.[1])
    expect(/ (\S+)\/dist\/boot\.cjs cli /.exec(terminal)?.[1]).toBe(/^WorkingDirectory=(\S+)$/m.exec(unit)?.[1])
    expect(/sudo -u (\S+)/.exec(terminal)?.[1]).toBe(/^User=(\S+)$/m.exec(unit)?.[1])
  })

  it('give runs more time to end than the bot takes for it', () => {
    const seconds = drainMs / 1000
    expect(Number.parseInt(services.sparkify.stop_grace_period, 10)).toBeGreaterThan(2 * seconds)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(2 * seconds)
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(2 * seconds)
    for (const file of files.slice(1)) expect(read(file)).toContain(`the ${seconds} s in which runs may end`)
  })

  it('ask the right address whether it is alive and whether it is ready', () => {
    expect(pod.containers[0].livenessProbe.httpGet.path).toBe('/livez')
    expect(pod.containers[0].readinessProbe.httpGet.path).toBe('/healthz')
    expect(/^HEALTHCHECK[\s\S]*?\n {2}CMD (.*)$/m.exec(dockerfile)?.[1]).toContain('/livez')
  })

  it('build the image from files that are there, as a user who is not root', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, names]) => names?.split(' ') ?? [],
    )
    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([])
    expect(context.toSorted()).toEqual(copied.toSorted())
    expect(dockerfile).toMatch(/^USER node$/m)
    expect(pod.securityContext.runAsUser).toBe(1000)
  })
})
