/** Markup that is safe to send. Only this file makes it. */
export interface Html {
  readonly markup: string
}

type Part = string | number | undefined | false | Html | readonly Html[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'markup' in part ? part.markup : part.map((each) => each.markup).join('')
}

/** A template whose values are escaped, other markup excepted; undefined and false leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((sum, text, at) => sum + markupOf(parts[at - 1]) + text) }
}

/** An element of one of these tags, without attributes. */
export function element(tag: 'strong' | 'em' | 's' | 'code' | 'ul' | 'ol', inner: Html): Html {
  return { markup: `<${tag}>${inner.markup}</${tag}>` }
}
