const INSIDE_CORE = '^packages/sdk-core/src';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** The arrows of ARCHITECTURE.md. */
module.exports = {
  forbidden: [
    rule('no-circular', 'A cycle means that two modules are one.', {}, { circular: true }),
    rule(
      'sdk-imports-no-mock',
      'The SDK never imports a mock, the testkit or the command line.',
      { path: '^packages/sdk-' },
      { path: '^(mock-|packages/(testkit|cli))' },
    ),
    rule(
      'mocks-import-protocol-only',
      'The mocks import nothing of the SDK.',
      { path: '^mock-' },
      { path: '^packages/(?!protocol)' },
    ),
    rule(
      'mocks-are-strangers',
      'Backend and OCA know each other through the protocol alone.',
      { path: '^mock-backend' },
      { path: '^mock-oca' },
    ),
    rule(
      'mocks-are-strangers-too',
      'Backend and OCA know each other through the protocol alone.',
      { path: '^mock-oca' },
      { path: '^mock-backend' },
    ),
    rule(
      'protocol-stands-alone',
      'The contract imports no other package of ours.',
      { path: '^packages/protocol' },
      { path: '^(packages/(?!protocol)|mock-)' },
    ),
    rule(
      'core-sees-no-zod',
      'The SDK takes plain types and the wire functions from the protocol, never its schemas.',
      { path: '^packages/sdk-' },
      { path: '^packages/protocol/src/(index|schemas)' },
    ),
    rule(
      'core-stands-on-protocol',
      'sdk-core imports the protocol only.',
      { path: INSIDE_CORE },
      { path: '^(packages/(?!(protocol|sdk-core))|mock-)' },
    ),
    rule(
      'core-without-platform',
      'sdk-core runs everywhere.',
      { path: INSIDE_CORE, pathNot: '\\.test\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'decisions-are-pure',
      'Decision folders know errors, protocol types and each other: no port, no runtime, no player.',
      {
        path: `${INSIDE_CORE}/(session|server-selection|delivery|throughput|abr|manifest|playback-api|telemetry)/`,
        pathNot: '\\.test\\.ts$',
      },
      { path: `${INSIDE_CORE}/((ports|runtime|headless|testing)/|player\\.ts)` },
    ),
    rule(
      'core-without-cmcd',
      'Who reports nothing loads nothing of it: only the entry `cmcd` knows CMCD and its library.',
      { path: INSIDE_CORE, pathNot: `${INSIDE_CORE}/cmcd/` },
      { path: `(${INSIDE_CORE}/cmcd/|@svta/)` },
    ),
    rule(
      'runtime-below-player',
      'The runtime does not know the facade.',
      { path: `${INSIDE_CORE}/runtime/` },
      { path: `${INSIDE_CORE}/player\\.ts` },
    ),
    rule(
      'examples-use-public-doors',
      'Examples import what a user imports.',
      { path: '^examples' },
      { path: '^(packages/[^/]+/src/(?!(index|messages|wire|fleet/index|simulation/index)\\.ts)|mock-)' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['pressplay-source', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
