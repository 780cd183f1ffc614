import { IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateNamespaceCommand,
  CreateWorkgroupCommand,
  GetNamespaceCommand,
  GetWorkgroupCommand,
  RedshiftServerlessClient,
} from '@aws-sdk/client-redshift-serverless'
import type { Engine } from '../../../src/core/ports/engine.ts'
import type { Work } from '../../../src/core/step.ts'
import { listFolder } from '../../../src/duckdb/sources.ts'
import { trustPolicy } from '../../../src/redshift/cluster/trust-policy.ts'
import { describeEngine, type SourceFolders } from '../../contract/engine.ts'
import { createStage, never, newStep } from './support.ts'

/**
 * What the contract takes for granted and this engine leaves to others. It begins every step with the same key, where the
 * program never gives two steps the same. And it expects the sources listed, which are the cluster's to read, not the bot's.
 */
function asContracted(engine: Engine, { logData, songData }: SourceFolders): Engine {
  const own = (work: Work): Work => ({ ...work, key: newStep().key })
  const list = async (folder: string, variable: 'SPARKIFY_LOG_DATA' | 'SPARKIFY_SONG_DATA') =>
    (await listFolder(folder, variable, never)).files
  return {
    ...engine,
    sources: async () => ({
      log: await list(logData, 'SPARKIFY_LOG_DATA'),
      song: await list(songData, 'SPARKIFY_SONG_DATA'),
      summary: '',
    }),
    begin: (load, schema, work) => engine.begin(load, schema, own(work)),
    stage: (load, dataset, sources, maxErrors, work) => engine.stage(load, dataset, sources, maxErrors, own(work)),
    execute: (load, statements, work) => engine.execute(load, statements, own(work)),
    publish: (load, work) => engine.publish(load, own(work)),
  }
}

describeEngine('Redshift', async (sources) => {
  const stage = await createStage(sources)
  return { engine: asContracted(stage.open(), sources), close: () => stage.close() }
})

/** A workgroup beside the cluster, whose role reads for it as well; its engine. */
async function openOnWorkgroup(stage: Awaited<ReturnType<typeof createStage>>): Promise<Engine> {
  const { scene } = stage.double
  const { clusterId, database, adminUser, roleArn } = stage.settings
  const role = await roleArn()
  const PolicyDocument = JSON.stringify(trustPolicy('serverless'))
  await new IAMClient(scene).send(
    new UpdateAssumeRolePolicyCommand({ RoleName: role.split('/').at(-1), PolicyDocument }),
  )
  const client = new RedshiftServerlessClient(scene)
  await client.send(
    new CreateNamespaceCommand({
      namespaceName: clusterId,
      dbName: database,
      adminUsername: adminUser,
      manageAdminPassword: true,
      iamRoles: [role],
      defaultIamRoleArn: role,
    }),
  )
  const namespace = async () => (await client.send(new GetNamespaceCommand({ namespaceName: clusterId }))).namespace
  while ((await namespace())?.status !== 'AVAILABLE');
  const names = { workgroupName: clusterId, namespaceName: clusterId }
  await client.send(new CreateWorkgroupCommand({ ...names, baseCapacity: 8 }))
  const workgroup = async () => (await client.send(new GetWorkgroupCommand({ workgroupName: clusterId }))).workgroup
  while ((await workgroup())?.status !== 'AVAILABLE');
  return stage.open({
    settings: { ...stage.settings, kind: 'serverless' },
    secretArn: async () => (await namespace())?.adminPasswordSecretArn,
  })
}

describeEngine('Redshift Serverless', async (sources) => {
  const stage = await createStage(sources)
  return { engine: asContracted(await openOnWorkgroup(stage), sources), close: () => stage.close() }
})
