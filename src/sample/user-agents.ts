import type { NonEmpty } from './random.ts'

const chrome = (platform: string, version: string): string =>
  `"Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) ${version} Safari/537.36"`
const safari = (platform: string, kit: string, version: string): string =>
  `"Mozilla/5.0 (${platform}) AppleWebKit/${kit} (KHTML, like Gecko) ${version} Safari/${kit}"`
const firefox = (platform: string, version: string): string =>
  `Mozilla/5.0 (${platform}; rv:${version}) Gecko/20100101 Firefox/${version}`

/**
 * Browsers of 2014, the ones of the public Sparkify log: what calls itself WebKit is logged inside a stray pair of quotes
 * (5,917 of its 8,056 rows), Firefox and Internet Explorer are not. One that is listed twice is twice as common.
 */
export const userAgents: NonEmpty<string> = [
  chrome('Macintosh; Intel Mac OS X 10_9_4', 'Chrome/36.0.1985.143'),
  chrome('Macintosh; Intel Mac OS X 10_9_4', 'Chrome/36.0.1985.143'),
  chrome('Macintosh; Intel Mac OS X 10_10_0', 'Chrome/36.0.1985.143'),
  safari('Macintosh; Intel Mac OS X 10_9_4', '537.78.2', 'Version/7.0.6'),
  safari('Macintosh; Intel Mac OS X 10_9_4', '537.77.4', 'Version/7.0.5'),
  firefox('Macintosh; Intel Mac OS X 10.9', '31.0'),
  chrome('Windows NT 6.1; WOW64', 'Chrome/36.0.1985.125'),
  chrome('Windows NT 6.1; WOW64', 'Chrome/36.0.1985.143'),
  chrome('Windows NT 6.3; WOW64', 'Chrome/36.0.1985.143'),
  chrome('Windows NT 5.1', 'Chrome/36.0.1985.143'),
  firefox('Windows NT 5.1', '31.0'),
  firefox('Windows NT 6.1; WOW64', '31.0'),
  'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)',
  chrome('X11; Linux x86_64', 'Chrome/37.0.2062.94'),
  chrome('X11; Linux x86_64', 'Ubuntu Chromium/36.0.1985.125 Chrome/36.0.1985.125'),
  '"Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53"',
]
