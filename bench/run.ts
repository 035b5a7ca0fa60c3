/** Our SCTP beside others. `--help` tells more; docs/performance.md says what the rows mean. */
import { runBench } from './bench.ts';
import { CASES } from './cases/cases.ts';
import { FIND_SIDES } from './sides/sides.ts';

await runBench({ command: 'npm run bench', cases: CASES, findSides: FIND_SIDES });
