/** Preloaded into a process: answers each message of its parent with the longest block of the event loop since the last, in milliseconds. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolution = 5
const delay = monitorEventLoopDelay({ resolution })
delay.enable()
process.on('message', () => {
  process.send?.(Math.max(0, delay.max / 1e6 - resolution))
  delay.reset()
})
process.channel?.unref()
