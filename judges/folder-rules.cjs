/*
 * The dependency rule of docs/architecture.md, judged by dependency-cruiser: domain ← core ← gateway, migration; imaging and store
 * implement ports of domain; dialects know src/domain alone; main.ts and the command line put it all together.
 */
const rooms = {
  domain: [],
  'temporary-files': ['domain'],
  core: ['domain'],
  imaging: ['domain', 'settings', 'temporary-files'],
  store: ['domain', 'temporary-files', 'settings'],
  people: ['domain', 'settings'],
  settings: ['domain'],
  gateway: ['domain', 'core', 'temporary-files', 'settings'],
  migration: ['domain', 'core', 'gateway', 'settings', 'temporary-files'],
  maintenance: ['domain', 'core', 'store'],
  conformance: ['domain', 'gateway'],
  console: ['domain'],
  census: ['domain', 'gateway', 'settings'],
  usage: ['domain', 'gateway'],
  audit: ['domain'],
  explain: ['domain', 'gateway', 'settings', 'store'],
  admin: [
    'domain',
    'core',
    'gateway',
    'settings',
    'store',
    'migration',
    'maintenance',
    'usage',
    'audit',
    'console',
    'processes',
    'explain',
  ],
  processes: ['settings'],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-knows-${allowed.length > 0 ? allowed.join('-') : 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^(src|dialects)/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

const only = (name, library, home) => ({
  name,
  severity: 'error',
  from: { path: '^(src|dialects)/', pathNot: home },
  to: { path: `(^|node_modules/)${library}(/|$)` },
});

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^(src/domain/|node_modules/@types/node/)' },
    },
    {
      name: 'dialects-know-the-domain-alone',
      severity: 'error',
      from: { path: '^dialects/([^/]+)/' },
      to: { pathNot: '^(dialects/$1/|src/domain/|crypto$|node:crypto$)' },
    },
    { name: 'no-dialect-by-name', severity: 'error', from: { path: '^src/' }, to: { path: '^dialects/' } },
    only('sharp-in-imaging-alone', 'sharp', '^src/imaging/'),
    only('multer-in-gateway-alone', 'multer', '^src/gateway/'),
    only('azure-in-its-driver-alone', '@azure', '^src/store/azure/'),
    only('aws-in-its-driver-alone', '@aws-sdk', '^src/store/s3/'),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|judges)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
