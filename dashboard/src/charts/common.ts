// What all charts share: fonts, widths of text, the look of tips.
import * as Plot from '@observablehq/plot';

export type Svg = SVGSVGElement | HTMLElement;

export const kFont = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const kFontSize = 12;

// Below this width a chart is on a phone: fewer ticks, narrower margins.
export const kNarrow = 520;

const kPanelGap = 16; // as in style.css

// Two panels side by side where there is room for two.
export function panelWidth(width: number): number {
  return width < kNarrow ? width : Math.floor((width - kPanelGap) / 2);
}

// An upper bound of a text's width at kFontSize, good enough for margins and for placing labels.
export function textWidth(text: string): number {
  return Math.ceil(text.length * 6.6) + 2;
}

export function widest(texts: string[]): number {
  return Math.max(0, ...texts.map(textWidth));
}

export const kBase: Plot.PlotOptions = {
  style: {fontFamily: kFont, fontSize: `${kFontSize}px`, overflow: 'visible'},
};

// A chart without a style element of its own, which a page with a strict policy would refuse; style.css has
// what it says.
export function drawn(options: Plot.PlotOptions): Svg {
  const svg = Plot.plot({...options, className: 'plot'}) as Svg;
  svg.querySelector('style')?.remove();
  return svg;
}

export const kGrid = {stroke: 'var(--grid)', strokeOpacity: 1} as const;

export const kTip = {
  fill: 'var(--paper)',
  stroke: 'var(--dim)',
  fontSize: kFontSize,
  lineHeight: 1.3,
  pathFilter: 'none',
} as const;
