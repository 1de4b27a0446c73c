/**
 * The direction of imports. `test/layers.test.ts` plants one violation of each rule named `layer-*` and expects it
 * to be reported, so a rule that has stopped matching anything fails the build.
 *
 * LAYERS names, for each folder of src/, the folders that it may import besides itself. A folder that is not
 * named may be imported by nobody and imports nothing: add it here first.
 */
const LAYERS = {
  model: [],
  bytes: [],
  generated: [],
  formats: ['model', 'bytes', 'generated'],
  sources: ['model', 'bytes', 'formats'],
  // Joins lazy views: a record is decoded only where the sides differ.
  compare: ['model', 'bytes', 'formats'],
  replication: ['model'],
  findings: ['model', 'compare', 'replication'],
  config: ['model', 'generated'],
  // What of a report somebody knows already.
  accept: ['model', 'generated'],
  audit: ['model', 'bytes', 'formats', 'sources', 'compare', 'replication', 'findings', 'config', 'generated'],
  // What of a side that is down the side in service lacks.
  salvage: ['model', 'bytes', 'formats', 'sources', 'findings', 'audit', 'generated'],
  // Puts it back over IMAP: the only folder that talks to a network.
  reinject: ['model', 'formats', 'sources', 'generated'],
  // Of the audit only types: see layer-pool-types.
  pool: ['model', 'audit'],
  // Puts audit and pool together, and looks into the list of a master for a plan.
  run: ['model', 'findings', 'audit', 'pool', 'generated', 'sources', 'plan', 'gate', 'report'],
  // Who may be replicated, by a report.
  plan: ['model', 'generated', 'report'],
  // May the roles be changed, or replication be resumed: by a report, and by what was seen beside it.
  gate: ['model', 'generated', 'formats', 'sources', 'report', 'plan'],
  report: ['model', 'findings', 'generated'],
  // Decodes single files for `cyraudit inspect`.
  inspect: ['model', 'bytes', 'formats', 'sources', 'generated'],
};

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import ${['itself', ...allowed].join(', ')}.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|workers)/', pathNot: `^src/(${[layer, ...allowed].join('|')})[/.]` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-pool-types',
      comment: 'Of the audit, the pool knows only the shape of its messages: the audit itself runs in the workers.',
      severity: 'error',
      from: { path: '^src/pool/' },
      to: { path: '^src/audit/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'layer-workers',
      comment: 'A worker entry is three lines around the audit.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/', pathNot: '^src/audit/|^src/pool/to-reply\\.ts$' },
    },
    {
      name: 'layer-unnamed',
      comment: 'Every folder of src/ is named in LAYERS, or it is a root.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${Object.keys(LAYERS).join('|')}|cli)/|^src/index\\.ts$` },
      to: {},
    },
    {
      name: 'layer-roots',
      comment: 'cli/, index.ts and the workers are roots: nothing imports them.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: '^src/cli/' },
      to: { path: '^(src/cli/|src/index\\.ts$|workers/)' },
    },
    {
      name: 'layer-backends',
      comment: 'A database backend never imports another one; what they share lies in cyrusdb/ itself.',
      severity: 'error',
      from: { path: '^src/formats/cyrusdb/([^/]+)/' },
      to: { path: '^src/formats/cyrusdb/[^/]+/', pathNot: '^src/formats/cyrusdb/$1/' },
    },
    {
      name: 'layer-reports',
      comment: 'A report format never imports another one; what they share lies in report/ itself.',
      severity: 'error',
      from: { path: '^src/report/(?!explain/)([^/]+)/' },
      to: { path: '^src/report/[^/]+/', pathNot: '^src/report/$1/' },
    },
    {
      name: 'layer-pure',
      comment: 'Only sources/, audit/, pool/, run/ and the roots touch the machine; the rest turns values into values.',
      severity: 'error',
      from: { path: '^src/(model|bytes|formats|compare|replication|findings|report|generated)/' },
      to: { dependencyTypes: ['core'], path: '^(node:)?(fs|net|tls|dgram|child_process|worker_threads|cluster)(/|$)' },
    },
    {
      name: 'layer-piscina',
      comment: 'pool/ is the only importer of piscina.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: '^src/pool/' },
      to: { path: '(^|node_modules/)piscina(/|$)' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^#workers/' } },
    {
      name: 'not-to-dev-dep',
      comment: 'What is shipped needs only what is installed with it.',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    // Type-only imports count: a layer that needs another one's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.cache)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
