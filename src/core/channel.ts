/** A channel as it was typed. */
export interface Channel {
  /** An id, or `#` and a name. */
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
 * Text with `#music` for Slack's `<#C…|music>`. Names of channels have neither spaces nor quotation marks, so a line keeps its number of words.
 */
export function withChannelNames(words: string): string {
  return words.replace(/<#[A-Z0-9]+\|([^\s<>|"';]+)>/g, '#$1')
}
