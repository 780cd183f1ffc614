import { Worker } from 'node:worker_threads'
import type { Pictures } from '../core/ports/pictures.ts'
import type { ChartReply } from '../core/reply.ts'

// ECharts and the rasterizer take 60 MB, of which nothing stays.
const limits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 }

/** Draws each picture in a thread of its own, one after the other, so that Slack is answered meanwhile. */
export function createPictures(): Pictures {
  let last: Promise<unknown> = Promise.resolve()
  return {
    draw(chart) {
      const picture = last.then(() => inThread(chart))
      last = picture.catch(() => undefined)
      return picture
    },
  }
}

function inThread(chart: ChartReply): Promise<Uint8Array | null> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: chart,
    resourceLimits: limits,
    execArgv: [],
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the thread of a picture ended without one')))
  })
}
