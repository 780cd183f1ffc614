/** A channel as it was typed. */
export interface Channel {
  /** What Slack takes for it: an id, or `#` and a name. */
  readonly channel: string
  readonly channelName?: string
}

/** Reads `#music`, an id, or Slack's `<#C…|music>`, which brings both; null for anything else. */
export function readChannel(word: string): Channel | null {
  const [, id, name] = /^<#([A-Z0-9]+)(?:\|([^>]*))?>$/.exec(word) ?? []
  if (id !== undefined) return name === undefined || name === '' ? { channel: id } : { channel: id, channelName: name }
  return /^#[^\s<>]{1,80}$|^[CGD][A-Z0-9]{7,}$/.test(word) ? { channel: word } : null
}

/**
 * Words with channels as people read them: what Slack writes as `<#C…|music>` is `#music`. Names of channels hold no spaces and no
 * quotation marks; without those the words of a line stay as many as they were.
 */
export function withChannelNames(words: string): string {
  return words.replace(/<#[A-Z0-9]+\|([^\s<>|"';]+)>/g, '#$1')
}
