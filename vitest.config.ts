import { defineConfig } from 'vitest/config';

/** A file for the JSON report, which `npm run conformance -- --results FILE` reads. */
const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [
      'default',
      './scripts/closing-line-reporter.ts',
      ...(results === undefined ? [] : [['json', { outputFile: results }] satisfies [string, unknown]]),
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
