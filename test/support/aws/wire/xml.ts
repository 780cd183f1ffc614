/** What can stand inside an XML element. Undefined members are left out, as AWS leaves out what it does not know. */
export type XmlValue = string | number | boolean | Date | undefined | XmlList | { readonly [name: string]: XmlValue }

/** Repeated elements inside their parent: `<Tags><Tag/><Tag/></Tags>`. */
export type XmlList = { readonly kind: 'list'; readonly item: string; readonly of: readonly XmlValue[] }

/** A list whose elements are called `item`. */
export function list(item: string, of: readonly XmlValue[]): XmlList {
  return { kind: 'list', item, of }
}

/** Writes one element; nothing when the value is undefined. */
export function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  return `<${name}>${content(value)}</${name}>`
}

function content(value: Exclude<XmlValue, undefined>): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return escapeXml(String(value))
  if (isList(value)) return value.of.map((each) => element(value.item, each)).join('')
  return Object.entries(value)
    .map(([name, each]) => element(name, each))
    .join('')
}

function isList(value: object): value is XmlList {
  return 'kind' in value && value.kind === 'list'
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
