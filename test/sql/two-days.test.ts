import { describe } from 'vitest'
import { twoDays } from '../support/two-days.ts'
import { loadSuite } from './load-suite.ts'

describe('two real days', () => loadSuite(twoDays))
