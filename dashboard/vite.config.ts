import {defineConfig} from 'vite';
import {viteSingleFile} from 'vite-plugin-singlefile';

// Two pages (scripts/build_dashboard.sh names the output folder):
//   --mode report   report.html in one file: dynajob puts a run's numbers into it, and it opens from a disk
//                   without a network
//   --mode app      app.html, app.js and app.css, which `dynajob serve` hands out; apart, because its
//                   policy allows no script within a page
export default defineConfig(({mode}) => ({
  base: './',
  plugins: mode === 'report' ? [viteSingleFile()] : [],
  build: {
    target: 'es2022',
    emptyOutDir: false,
    reportCompressedSize: false,
    modulePreload: false as const,
    rollupOptions: {
      input: `${mode}.html`,
      output: {entryFileNames: '[name].js', assetFileNames: '[name][extname]'},
    },
  },
}));
