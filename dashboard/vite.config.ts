import {defineConfig} from 'vite';
import {viteSingleFile} from 'vite-plugin-singlefile';

// report.html as one file: dynajob puts a run's numbers into it, and it opens from a disk without a
// network. The output folder is given by the build (cmake/dashboard.cmake).
export default defineConfig({
  base: './',
  plugins: [viteSingleFile()],
  build: {
    target: 'es2022',
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: {input: 'report.html'},
  },
});
