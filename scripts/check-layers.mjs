// The layer rule (.dependency-cruiser.cjs) as one step of `npm test`. A cruise that sees too few modules has looked in
// the wrong place and must not pass.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LEAST_MODULES = 200;
const bin = fileURLToPath(new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url));
let output;
try {
  output = execFileSync(
    process.execPath,
    [bin, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
} catch (error) {
  output = error.stdout;
  if (!output) throw error;
}
const { summary, modules } = JSON.parse(output);
const own = modules.filter((module) => module.source.startsWith('src/'));
for (const { rule, from, to } of summary.violations) console.error(`layers: ${rule.name}: ${from} -> ${to}`);
if (own.length < LEAST_MODULES) {
  console.error(
    `layers: only ${own.length} modules seen, expected at least ${LEAST_MODULES}: is the configuration right?`,
  );
  process.exit(1);
}
console.log(`layers: ${own.length} modules, ${summary.violations.length} violations`);
process.exit(summary.violations.length === 0 ? 0 : 1);
