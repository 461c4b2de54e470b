// The page opened as report.html#export: every figure as a PNG in the document, for `dynajob report
// --png`, which reads them from the browser's dump.
import type {Figure} from '../charts/figure';
import {h} from '../lib/dom';

const kWidth = 760;

export async function exportAll(figures: Figure[]): Promise<void> {
  const list = h('div', {id: 'exported', hidden: true});
  try {
    await document.fonts.ready;
    for (const figure of figures) {
      figure.draw(kWidth);
      list.append(h('pre', {'data-figure': figure.spec.id}, await figure.png()));
    }
    list.dataset['state'] = 'complete';
  } catch (error) {
    list.dataset['state'] = `failed: ${String(error)}`;
  }
  document.body.append(list);
}
