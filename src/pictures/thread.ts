/*
 * The thread in which one picture is drawn: a chart in, its PNG out. `pictures.ts` starts it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { ChartReply } from '../core/reply.ts'
import { pngOf } from './draw.ts'

const chart: ChartReply = workerData
parentPort?.postMessage(pngOf(chart))
