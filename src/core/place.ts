import { z } from 'zod'

/** Where words were said, and where their answer goes. `direct`: a direct message with the bot, read by one person. */
export const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('terminal') }),
  z.object({
    kind: z.literal('slack'),
    channel: z.string(),
    channelName: z.string().optional(),
    direct: z.boolean(),
    thread: z.string().optional(),
  }),
])
export type Place = z.infer<typeof placeSchema>
