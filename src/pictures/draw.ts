import { Resvg } from '@resvg/resvg-js'
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import { GraphicComponent, GridComponent, VisualMapComponent } from 'echarts/components'
import { init, setPlatformAPI, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ChartReply } from '../core/reply.ts'
import { fontFamily, fontFile, fontMetrics } from './font.ts'
import { drawnChart, textSize, width } from './layout.ts'
import { drawingOf } from './option.ts'

use([BarChart, HeatmapChart, LineChart, GraphicComponent, GridComponent, VisualMapComponent, SVGRenderer])
setPlatformAPI({ measureText: (text) => ({ width: fontMetrics().widthOf(text ?? '', textSize) }) })

/** A chart as SVG text; null where it is no picture. */
export function svgOf(chart: ChartReply): string | null {
  const drawn = drawnChart(chart)
  if (drawn === null) return null
  const { option, height } = drawingOf(drawn)
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    drawing.setOption(option)
    return drawing.renderToSVGString()
  } finally {
    drawing.dispose()
  }
}

/** The same as PNG, with two pixels for each point. */
export function pngOf(chart: ChartReply): Uint8Array | null {
  const svg = svgOf(chart)
  if (svg === null) return null
  const font = { loadSystemFonts: false, fontFiles: [fontFile], defaultFontFamily: fontFamily }
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: 2 }, font }).render().asPng()
}
