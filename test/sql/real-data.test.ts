import { describeRealData, realData } from '../support/real-data.ts'
import { lengths } from '../support/soak.ts'
import { loadSuite } from './load-suite.ts'

describeRealData('the real November 2018', () => loadSuite(realData, { every: lengths({ gate: 5, soak: 1 }) }))
