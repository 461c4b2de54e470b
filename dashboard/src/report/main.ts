// report.html: reads the run that dynajob put into the page and draws it.
import {h} from '../lib/dom';
import '../style.css';
import {buildComparison} from './comparison_page';
import {exportAll} from './export_all';
import {Page} from './page';
import {parseReport} from './schema';
import {buildSweep} from './sweep_page';

function main(): void {
  const root = document.getElementById('report')!;
  try {
    const report = parseReport(document.getElementById('report-data')?.textContent ?? '');
    const exporting = location.hash === '#export';
    document.documentElement.classList.toggle('export', exporting);
    const page = new Page(report, root);
    if (report.results !== null) buildComparison(page, report.results);
    else if (report.sweep !== null) buildSweep(page, report.sweep);
    else throw new Error('This report holds neither a comparison nor a sweep.');
    if (exporting) void exportAll(page.figures);
  } catch (error) {
    root.replaceChildren(h('p', {class: 'verdict', role: 'alert'}, String((error as Error).message)));
    throw error;
  }
}

main();
