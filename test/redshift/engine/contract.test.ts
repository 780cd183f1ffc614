import type { Engine } from '../../../src/core/ports/engine.ts'
import type { Work } from '../../../src/core/step.ts'
import { listFolder } from '../../../src/duckdb/sources.ts'
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
