import type { Policy } from '../../src/core/deps.ts'
import { usualLimits } from '../../src/core/warehouse/limits.ts'

/** A configuration in which nobody has to agree to anything, and nobody is called. */
export const freePolicy: Policy = {
  approveAboveUsd: null,
  budgetUsd: null,
  twoPerson: false,
  approvers: [],
  oncall: [],
  publishLimits: usualLimits,
}
