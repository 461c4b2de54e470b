// Figures as files of their own: one SVG that needs no style sheet, and a PNG of it.
import {kFont, kFontSize} from './common';

const kScale = 3; // pixels of a PNG per pixel of the page; 300 dots an inch at the width of a column
const kPadding = 8;

// All charts of a figure, where they stand on the page, with the colours that they have there.
export function composedSvg(chart: HTMLElement): string {
  const frame = chart.getBoundingClientRect();
  const parts: string[] = [];
  let width = 0;
  let height = 0;
  for (const svg of chart.querySelectorAll(':scope > svg')) {
    const box = svg.getBoundingClientRect();
    const copy = svg.cloneNode(true) as SVGSVGElement;
    copy.setAttribute('x', String(box.left - frame.left + kPadding));
    copy.setAttribute('y', String(box.top - frame.top + kPadding));
    copy.setAttribute('overflow', 'visible');
    copy.querySelectorAll('[aria-label="tip"]').forEach((tip) => tip.remove());
    parts.push(new XMLSerializer().serializeToString(copy));
    width = Math.max(width, box.right - frame.left);
    height = Math.max(height, box.bottom - frame.top);
  }
  const size = `width="${Math.ceil(width) + 2 * kPadding}" height="${Math.ceil(height) + 2 * kPadding}"`;
  const style = `font-family='${kFont}' font-size="${kFontSize}" color="var(--ink)"`;
  return resolveColors(
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>` +
      `<rect width="100%" height="100%" fill="var(--paper)"/>${parts.join('')}</svg>`,
  );
}

function resolveColors(svg: string): string {
  const style = getComputedStyle(document.documentElement);
  return svg.replace(/var\((--[a-z-]+)\)/g, (whole, name: string) => {
    const value = style.getPropertyValue(name).trim();
    return value === '' ? whole : value;
  });
}

export async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * kScale;
  canvas.height = image.naturalHeight * kScale;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no canvas.');
  context.scale(kScale, kScale);
  context.drawImage(image, 0, 0);
  return canvas.toDataURL('image/png');
}

export function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
