/** Text as an SQL string literal, for the places where DuckDB takes no parameter (ATTACH, SET). */
export function duckdbLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as a quoted SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A path as a pattern that matches it alone: DuckDB takes the paths that it reads for patterns. */
export function pathPattern(path: string): string {
  return path.replace(/[[*?]/g, (character) => `[${character}]`)
}
