import { parseArgs } from 'node:util'

/** What may be spent and where; `refusal` says why nothing is done. */
export type Permission =
  | { readonly kind: 'granted'; readonly where: string; readonly maxUsd: number }
  | { readonly kind: 'refused'; readonly refusal: string }

/**
 * A life may be lived against whatever AWS_ENDPOINT_URL names, or with `--really` and `--max-usd` against the account that
 * the credentials are of. Nothing else is guessed.
 */
export function permissionOf(argv: readonly string[], endpoint: string | undefined): Permission {
  const { values } = parseArgs({
    args: [...argv],
    options: { really: { type: 'boolean', default: false }, 'max-usd': { type: 'string' } },
  })
  const maxUsd = Number(values['max-usd'] ?? Number.NaN)
  if (endpoint !== undefined && endpoint !== '') {
    if (values.really)
      return refused('AWS_ENDPOINT_URL is set, so this would not be AWS. Unset it, or leave --really out.')
    return { kind: 'granted', where: endpoint, maxUsd: Number.isNaN(maxUsd) ? Number.POSITIVE_INFINITY : maxUsd }
  }
  if (!values.really || !(maxUsd > 0)) {
    return refused(
      'This creates a Redshift cluster and costs money. Set AWS_ENDPOINT_URL to a stand-in, or say what it may cost: --really --max-usd 1',
    )
  }
  return { kind: 'granted', where: 'AWS', maxUsd }
}

function refused(refusal: string): Permission {
  return { kind: 'refused', refusal }
}
