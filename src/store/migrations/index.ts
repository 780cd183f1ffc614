import { ledger } from './001-ledger.ts'
import { fires } from './002-fires.ts'
import { audit } from './003-audit.ts'
import { lookups } from './004-lookups.ts'
import { rights } from './005-rights.ts'
import { forgetting } from './006-forgetting.ts'
import { again } from './007-again.ts'
import { uptime } from './008-uptime.ts'
import { messages } from './009-messages.ts'
import { attempts } from './010-attempts.ts'
import { requests } from './011-requests.ts'
import { outbox } from './012-outbox.ts'
import { keptLoads } from './013-kept-loads.ts'
import { approvals } from './014-approvals.ts'

/** Every change of the tables, in order, each as its statements. The first is version 1; one that was released never changes. */
export const migrations: readonly (readonly string[])[] = [
  ledger,
  fires,
  audit,
  lookups,
  rights,
  forgetting,
  again,
  uptime,
  messages,
  attempts,
  requests,
  outbox,
  keptLoads,
  approvals,
]
