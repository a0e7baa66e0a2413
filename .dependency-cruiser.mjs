// Import directions: the walls of the house (docs/architecture.md). Each rule names what it keeps apart.
const ours = (names) => `^packages/(${names.join('|')})/`;
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '/tests/|\\.test\\.ts$' },
  to: { path: '^packages/', pathNot: ours(allowed) },
});

export default {
  forbidden: [
    only('protocol-imports-nothing-of-ours', '^packages/protocol/', ['protocol']),
    only('vault-imports-protocol-only', '^packages/vault/', ['vault', 'protocol']),
    only('agent-imports-protocol-and-vault', '^packages/agent/', ['agent', 'protocol', 'vault']),
    only('cache-imports-nothing-of-ours', '^packages/cache/', ['cache']),
    only('server-imports-protocol-vault-and-cache', '^packages/server/', [
      'server',
      'protocol',
      'vault',
      'cache',
    ]),
    only('web-imports-protocol-and-vault', '^packages/web/', ['web', 'protocol', 'vault']),
    only('command-starts-processes', '^packages/nightlatch/', ['nightlatch', 'protocol', 'agent', 'server']),
    {
      name: 'postgres-driver-lives-in-server-sql',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/server/src/sql/|/tests/|^packages/storm/' },
      to: { path: 'node_modules/postgres/' },
    },
    {
      // However long the way: what the gate reaches decides with it. So does what says who calls, and whose rows are whose.
      name: 'what-decides-access-reads-no-cache',
      severity: 'error',
      from: { path: '^packages/server/src/((gate|egress|sql|accounts|agents)/|http/caller\\.ts$)' },
      to: { path: '^packages/cache/|node_modules/(ioredis|lru-cache|redis)/', reachable: true },
    },
    {
      name: 'redis-driver-lives-in-the-cache',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/cache/src/redis\\.ts$|/tests/|^packages/storm/' },
      to: { path: 'node_modules/(ioredis|redis|iovalkey)/' },
    },
    {
      name: 'protocol-and-vault-do-no-io',
      severity: 'error',
      from: { path: '^packages/(protocol|vault)/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'product-code-imports-no-test',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/[^/]+/tests/|^tests/|\\.test\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    combinedDependencies: true,
  },
};
