import type { Pictures } from '../../src/core/ports/pictures.ts'
import { pngOf } from '../../src/pictures/draw.ts'

/** Draws in this thread: the bot's own begins with a compiled file. */
export const picturesHere: Pictures = { draw: async (chart) => pngOf(chart) }
