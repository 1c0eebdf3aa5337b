import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = ['README.md', 'packages/*/README.md', 'mock-*/README.md', 'docs/**/*.md', 'examples/*/README.md'].flatMap(
  (pattern) => globPages(pattern),
);

const examples = pages.flatMap((page) =>
  [...readFileSync(resolve(root, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ''], i) => ({
    name: `${page} #${i + 1}`,
    code,
  })),
);

/** Node 20 has no `fs.globSync`; the compiler brings its own. */
function globPages(pattern: string): string[] {
  return ts.sys
    .readDirectory(root, ['.md'], ['**/node_modules', '**/dist'], [pattern])
    .map((path) => path.slice(root.length + 1));
}

describe('every TypeScript example in the documentation compiles against the public doors', () => {
  it('finds examples', () => expect(examples.length).toBeGreaterThan(2));

  it.each(examples)('$name', ({ code }) => {
    expect(diagnosticsOf(`${code}\nexport {};\n`)).toEqual([]);
  });
});

function diagnosticsOf(code: string): string[] {
  const fileName = resolve(root, 'tests/docs/example-under-test.ts');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['pressplay-source'],
    allowImportingTsExtensions: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === fileName || fileExists(path);
  host.getSourceFile = (path, target) =>
    path === fileName ? ts.createSourceFile(path, code, target) : getSourceFile(path, target);
  const program = ts.createProgram([fileName], options, host);
  const source = program.getSourceFile(fileName);
  return ts
    .getPreEmitDiagnostics(program, source)
    .map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
}
