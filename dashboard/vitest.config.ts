import {defineConfig} from 'vitest/config';

// Apart from vite.config.ts, whose plugin makes one file of the page.
export default defineConfig({
  test: {
    // A browser that starts on a busy machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
