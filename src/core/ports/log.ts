/** Structured log: facts, then a sentence. Implementations redact secrets. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
