// Module hooks: TypeScript becomes JavaScript, and what lies in `src/` counts its branches, as in AFL's instrumentation:
// bodies of functions and loops, both ways of conditions, cases, right sides of `&&`, `||` and `??`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const COUNTED = [new URL('../../../src/', import.meta.url), new URL('../targets/planted.ts', import.meta.url)];
const MAX_BRANCHES = 1 << 16;
const HITS = '__branchHits';

let branches = 0;

/** Not when a finding is run again: then lines are those of the source. */
const COUNTS = !process.argv.includes('--reproduce');

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const isCounted = COUNTS && COUNTED.some(({ href }) => url.startsWith(href));
  const { outputText } = ts.transpileModule(readFileSync(fileURLToPath(url), 'utf8'), {
    fileName: fileURLToPath(url),
    compilerOptions: { target: 'ES2022', module: 'ESNext', verbatimModuleSyntax: true, inlineSourceMap: !isCounted },
  });
  return { format: 'module', source: isCounted ? withCounters(outputText) : outputText, shortCircuit: true };
}

function withCounters(text) {
  const { transformed } = ts.transform(ts.createSourceFile('module.js', text, ts.ScriptTarget.ES2022), [countBranches]);
  return ts.createPrinter().printFile(transformed[0]);
}

function countBranches({ factory }) {
  const hit = () => {
    if (branches === MAX_BRANCHES) throw new Error(`there are more than ${MAX_BRANCHES} branches`);
    const counter = factory.createElementAccessExpression(factory.createIdentifier(HITS), branches++);
    return factory.createPostfixIncrement(counter);
  };
  const counted = (node) => factory.createParenthesizedExpression(factory.createComma(hit(), node));
  const block = (node) => {
    const statements = ts.isBlock(node) ? node.statements : [node];
    return factory.createBlock([factory.createExpressionStatement(hit()), ...statements], true);
  };

  /** A block has its counter already, unless it was made for a way that is not written. */
  const counting = (node) => (ts.isBlock(node) && node.statements.length > 0 ? node : block(node));

  function visit(node) {
    const seen = ts.visitEachChild(node, visit, undefined);
    if (ts.isIfStatement(seen)) {
      const { expression, thenStatement, elseStatement = factory.createBlock([]) } = seen;
      return factory.updateIfStatement(seen, expression, counting(thenStatement), counting(elseStatement));
    }
    if (ts.isConditionalExpression(seen)) {
      const { condition, questionToken, whenTrue, colonToken, whenFalse } = seen;
      const [yes, no] = [counted(whenTrue), counted(whenFalse)];
      return factory.updateConditionalExpression(seen, condition, questionToken, yes, colonToken, no);
    }
    if (ts.isBinaryExpression(seen) && isShortCircuit(seen.operatorToken.kind)) {
      return factory.updateBinaryExpression(seen, seen.left, seen.operatorToken, counted(seen.right));
    }
    if (ts.isCaseOrDefaultClause(seen)) {
      const statements = [factory.createExpressionStatement(hit()), ...seen.statements];
      return ts.isCaseClause(seen)
        ? factory.updateCaseClause(seen, seen.expression, statements)
        : factory.updateDefaultClause(seen, statements);
    }
    return ts.isBlock(seen) ? block(seen) : seen;
  }

  return (file) => {
    const statements = file.statements.map((statement) => ts.visitNode(statement, visit));
    const text = `const ${HITS} = globalThis.branchHits; globalThis.branchCount = Math.max(${branches}, globalThis.branchCount);`;
    const declarations = ts.createSourceFile('', text, ts.ScriptTarget.ES2022).statements;
    return factory.updateSourceFile(file, [...declarations, ...statements]);
  };
}

function isShortCircuit(kind) {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  return kind === AmpersandAmpersandToken || kind === BarBarToken || kind === QuestionQuestionToken;
}
