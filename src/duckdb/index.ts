export { createDuckdbCluster } from './cluster.ts'
export { createDuckdbEngine, type DuckdbOptions } from './engine.ts'
