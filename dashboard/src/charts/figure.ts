// A numbered figure: its charts, how to read them, the same values as a table, and a copy to keep.
// Charts are drawn for the width they have, again when it changes and for print.
import {h} from '../lib/dom';
import type {Svg} from './common';
import {composedSvg, download, pngOf} from './export';

export interface FigureSpec {
  id: string; // also the name of its file
  title: string;
  caption: string;
  draw: (width: number) => Svg[]; // side by side where they fit
  table: () => HTMLElement;
}

// The width of the column on A4 less its margins, at 96 pixels an inch.
const kPrintWidth = 680;

export class Figure {
  readonly element: HTMLElement;
  private readonly chart = h('div', {class: 'chart'});
  private drawnAt = 0;

  constructor(
    readonly spec: FigureSpec,
    number: number,
  ) {
    this.element = h(
      'figure',
      {id: spec.id},
      h(
        'figcaption',
        {},
        h('strong', {}, `Figure ${number}. ${spec.title}. `),
        spec.caption,
      ),
      this.chart,
      h(
        'div',
        {class: 'under'},
        h('details', {}, h('summary', {}, 'Values as a table'), spec.table()),
        h('div', {class: 'keep'}, this.saveButton('SVG'), this.saveButton('PNG')),
      ),
    );
  }

  draw(width = this.chart.clientWidth): void {
    if (width <= 0 || width === this.drawnAt) return;
    this.drawnAt = width;
    this.chart.replaceChildren(...this.spec.draw(width));
  }

  redraw(): void {
    this.drawnAt = 0;
    this.draw();
  }

  svg(): string {
    return composedSvg(this.chart);
  }

  async png(): Promise<string> {
    return pngOf(this.svg());
  }

  private saveButton(kind: 'SVG' | 'PNG'): HTMLElement {
    const button = h('button', {type: 'button', 'aria-label': `Save ${this.spec.title} as ${kind}`}, kind);
    button.addEventListener('click', () => {
      if (kind === 'SVG') {
        const url = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.svg())}`;
        download(url, `${this.spec.id}.svg`);
      } else {
        void this.png().then((url) => download(url, `${this.spec.id}.png`));
      }
    });
    return button;
  }
}

// Keeps figures as wide as their column, until what it returns is called.
export function keepDrawn(figures: Figure[]): () => void {
  const byElement = new Map(figures.map((figure) => [figure.element, figure]));
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) byElement.get(entry.target as HTMLElement)?.draw();
  });
  for (const figure of figures) {
    figure.draw();
    observer.observe(figure.element);
  }
  const forPaper = (): void => figures.forEach((figure) => figure.draw(kPrintWidth));
  const forScreen = (): void => figures.forEach((figure) => figure.redraw());
  window.addEventListener('beforeprint', forPaper);
  window.addEventListener('afterprint', forScreen);
  return () => {
    observer.disconnect();
    window.removeEventListener('beforeprint', forPaper);
    window.removeEventListener('afterprint', forScreen);
  };
}
