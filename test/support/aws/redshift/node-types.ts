/** How many nodes a cluster of a type may have. */
export type NodeRange = { readonly least: number; readonly most: number }

/**
 * Node types that new clusters may have. dc2 is still in the service's model, but new dc2 clusters are refused since
 * its deprecation in 2025. Ranges: Redshift management guide, working-with-clusters.
 */
export const nodeTypes: Readonly<Record<string, NodeRange>> = {
  'ra3.large': { least: 1, most: 16 },
  'ra3.xlplus': { least: 1, most: 32 },
  'ra3.4xlarge': { least: 2, most: 64 },
  'ra3.16xlarge': { least: 2, most: 128 },
  'rg.large': { least: 1, most: 16 },
  'rg.xlarge': { least: 1, most: 32 },
  'rg.4xlarge': { least: 2, most: 64 },
  'rg.12xlarge': { least: 2, most: 128 },
}
