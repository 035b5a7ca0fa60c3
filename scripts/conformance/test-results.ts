/** What this tool needs of a test that ran. */
export interface TestResult {
  /** Titles of the test and of all that is around it. */
  readonly name: string;
  readonly passed: boolean;
}

/** The part of Vitest's JSON report that is read here. */
interface JsonReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** @throws Error if the text is no JSON report of Vitest with at least one test in it */
export function readTestResults(json: string): TestResult[] {
  const report = JSON.parse(json) as Partial<JsonReport>;
  if (!Array.isArray(report.testResults)) throw new Error('no JSON report of Vitest: it has no testResults');
  const results = (report as JsonReport).testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' })),
  );
  if (results.length === 0) throw new Error('the report has no tests');
  return results;
}

/** Requirement ids in a test's name: those in square brackets, `[SCTP-0870]` or `[SCTP-0870, AT-26]`. */
export function claimedIds(name: string): string[] {
  const ids: string[] = [];
  for (const [, list = ''] of name.matchAll(/\[([^\]]*)\]/g)) ids.push(...(list.match(/\b[A-Z]+-\d+\b/g) ?? []));
  return ids;
}
