import * as fc from 'fast-check'

const inner = fc.string({ unit: fc.constantFrom('a', ';', ':x', '-', '*', '/', ' ', '$', '\n', '"') })

/** Pieces of SQL in which `;` and `:x` mean nothing, each ended by what ends it. */
export const quotedFragment = fc.oneof(
  inner.map((text) => `'${text.replaceAll("'", "''")}'`),
  inner.map((text) => `"${text.replaceAll('"', '""')}"`),
  inner.map((text) => `--${text.replaceAll('\n', ' ')}\n`),
  inner.filter((text) => !/\*\/|\/\*|\*$|^\/|\/$/.test(text)).map((text) => `/*${text}*/`),
  inner.filter((text) => !text.includes('$')).map((text) => `$tag$${text}$tag$`),
  inner.filter((text) => !text.includes('$')).map((text) => `$$${text}$$`),
)

/** Words and signs outside of any quote, without `;` and placeholders. */
export const plainFragment = fc.constantFrom('select', 'x', '1', '(', ')', ',', '=', 'a::integer', '$1', '-', '/')

/** Asserts that `check` throws for no value of `arbitrary`. */
export function always<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  // A property without a promise is asserted at once; "void" tells the linter, which cannot see that.
  void fc.assert(fc.property(arbitrary, check))
}
