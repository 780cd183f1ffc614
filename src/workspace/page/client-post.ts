/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** What the server says came of a deed. */
export interface Outcome {
  told?: string
  errors?: Record<string, string>
}

/** What is said when a deed does not reach the server. */
export const unsent = 'Not sent: the program does not answer.'

/** Who is at this page. */
export const { as = '' } = document.body.dataset

/** Shows words above everything, or takes them away. */
export function show(words: string): void {
  const line = document.querySelector<HTMLElement>('.connection')
  if (line === null) return
  line.hidden = words === ''
  line.textContent = words
}

/** Does something as the person at this page. */
export async function post(deed: 'say' | 'press' | 'submit' | 'dismiss' | 'enter', body: object): Promise<Outcome> {
  try {
    const response = await fetch(`/page/${deed}`, { method: 'POST', body: JSON.stringify({ as, ...body }) })
    if (response.ok) return await response.json()
  } catch {
    // Refused: said below, until the event stream has the server back.
  }
  return { told: unsent }
}
