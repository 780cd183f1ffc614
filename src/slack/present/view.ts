/** For whom a message is made. Everything here is plain text as people chose it; the presenter makes it safe. */
export interface View {
  /** The slash command's own name as it is typed here: "/sparkify". */
  readonly slash: string
  /** The display name of whoever asked. */
  readonly asker: string
  /** A direct message with the bot: nobody needs to be told who asked. */
  readonly direct: boolean
  readonly now: Date
}
