/** What was made once of something that is replaced, never changed: it stands as long as that does. One for each time zone. */
export interface Remembered<K extends object, V> {
  of(key: K, tz: string): V
  has(key: K, tz: string): boolean
}

/** Remembers what `make` gives. */
export function remembered<K extends object, V>(make: (key: K, tz: string) => V): Remembered<K, V> {
  const known = new WeakMap<K, Map<string, V>>()
  return {
    of(key, tz) {
      const zones = known.get(key) ?? new Map<string, V>()
      const made = zones.get(tz) ?? make(key, tz)
      known.set(key, zones.set(tz, made))
      return made
    },
    has: (key, tz) => known.get(key)?.has(tz) === true,
  }
}
