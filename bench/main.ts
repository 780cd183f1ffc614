/** `npm run bench -- load`, `-- night`, `-- ack` or `-- idle`, with the options that the file of that name lists. */
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  load: () => import('./load.ts'),
  night: () => import('./night.ts'),
  ack: () => import('./ack.ts'),
  idle: () => import('./idle.ts'),
}
const [name = 'load'] = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const bench = benches[name]
if (bench === undefined) throw new Error(`no bench ${name}; there are ${Object.keys(benches).join(', ')}`)
await bench()
