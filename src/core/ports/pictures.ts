import type { ChartReply } from '../reply.ts'

/** Draws charts as pictures. */
export interface Pictures {
  /** The PNG of a chart; null for one that is better read as text: it has a character that the font lacks, or more bars than are read. */
  draw(chart: ChartReply): Promise<Uint8Array | null>
}
