import { describeRealData, realData } from '../support/real-data.ts'
import { loadSuite } from './load-suite.ts'

describeRealData('the real November 2018', () => loadSuite(realData))
