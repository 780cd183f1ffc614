/** A binary heap: gives back first what `before` puts first. */
export interface Heap<T> {
  readonly push: (item: T) => void
  /** The first item, left in its place; undefined when there is none. */
  readonly first: () => T | undefined
  /** Takes the first item away; undefined when there is none. */
  readonly pop: () => T | undefined
}

/** An empty heap in the order of `before`. */
export function makeHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []

  function swapIfBefore(child: number, parent: number): boolean {
    const [a, b] = [items[child], items[parent]]
    if (a === undefined || b === undefined || !before(a, b)) return false
    items[child] = b
    items[parent] = a
    return true
  }

  function firstChild(parent: number): number {
    const [left, right] = [items[parent * 2 + 1], items[parent * 2 + 2]]
    return right !== undefined && left !== undefined && before(right, left) ? parent * 2 + 2 : parent * 2 + 1
  }

  return {
    push(item) {
      let child = items.push(item) - 1
      while (child > 0) {
        const parent = (child - 1) >>> 1
        if (!swapIfBefore(child, parent)) return
        child = parent
      }
    },
    first: () => items[0],
    pop() {
      const [first] = items
      const last = items.pop()
      if (last === undefined || items.length === 0) return first
      items[0] = last
      let parent = 0
      for (let child = firstChild(parent); swapIfBefore(child, parent); child = firstChild(parent)) parent = child
      return first
    },
  }
}
