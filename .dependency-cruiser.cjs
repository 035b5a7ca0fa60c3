/** The layer rule: imports point down, never up, never sideways. docs/ARCHITECTURE.md has the picture. */
const layer = (name, from, to, comment) => ({ name, comment, severity: 'error', from: { path: from }, to });

module.exports = {
  forbidden: [
    layer(
      'no-cycles',
      '',
      { circular: true },
      'A cycle means that two files are one, or that a piece belongs below both.',
    ),
    layer('base-is-the-floor', '^src/base/', { path: '^src/(?!base/)' }, 'base knows nobody.'),
    layer('sctp-stands-on-base', '^src/sctp/', { path: '^src/(?!base/|sctp/)' }, 'SCTP is usable without RSerPool.'),
    layer(
      'rserpool-uses-the-public-sctp',
      '^src/rserpool/',
      { path: '^src/sctp/', pathNot: '^src/sctp/index\\.ts$' },
      'RSerPool sees SCTP as any user does.',
    ),
    layer('cli-is-the-top', '^src/(?!cli/)', { path: '^src/cli/' }, 'Nothing imports the command line.'),
    layer(
      'cores-see-no-node',
      '^src/(base|sctp/(wire|rx|tx|path|core|trace)|rserpool/(wire|access|handlespace|policy|status|registrar|enrp|asap|element|user))/',
      { dependencyTypes: ['core'] },
      'Protocol logic is sans-I/O: no socket, no clock, no timer, no randomness of its own.',
    ),
    layer(
      'cores-have-no-dependencies',
      '^src/(base|sctp/(wire|rx|tx|path|core|trace)|rserpool/(wire|access|handlespace|policy|status|registrar|enrp|asap|element|user))/',
      { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg'], pathNot: 'node_modules/crc-32/' },
      'Only the checksum comes from a package (crc-32, called from sctp/wire/crc32c.ts).',
    ),
    layer(
      'rx-is-alone',
      '^src/sctp/rx/',
      { path: '^src/sctp/(tx|path|core|udp|api|trace)/' },
      'Mechanisms do not know each other.',
    ),
    layer(
      'tx-is-alone',
      '^src/sctp/tx/',
      { path: '^src/sctp/(rx|path|core|udp|api|trace)/' },
      'Mechanisms do not know each other.',
    ),
    layer(
      'path-is-alone',
      '^src/sctp/path/',
      { path: '^src/sctp/(rx|tx|core|udp|api|trace)/' },
      'Mechanisms do not know each other.',
    ),
    layer(
      'wire-is-below',
      '^src/sctp/wire/',
      { path: '^src/sctp/(?!wire/)' },
      'The codec knows bytes and chunks only.',
    ),
    layer(
      'sctp-core-is-below',
      '^src/sctp/core/',
      { path: '^src/sctp/(udp|api|trace)/' },
      'The core does not know who drives it.',
    ),
    layer(
      'rserpool-wire-is-below',
      '^src/rserpool/wire/',
      { path: '^src/rserpool/(?!wire/)' },
      'The codec knows bytes and messages only.',
    ),
    layer(
      'handlespace-is-data',
      '^src/rserpool/(handlespace|policy)/',
      { path: '^src/rserpool/(?!wire/|handlespace/|policy/)' },
      'Data, no roles.',
    ),
    layer(
      'element-is-alone',
      '^src/rserpool/element/',
      { path: '^src/rserpool/(user|registrar|enrp|node|services)/' },
      'Roles do not know each other.',
    ),
    layer(
      'user-is-alone',
      '^src/rserpool/user/',
      { path: '^src/rserpool/(element|registrar|enrp|node|services)/' },
      'Roles do not know each other.',
    ),
    layer(
      'registrar-is-alone',
      '^src/rserpool/(registrar|enrp)/',
      { path: '^src/rserpool/(element|user|asap|node|services)/' },
      'Roles do not know each other.',
    ),
    layer(
      'services-use-the-public-face',
      '^src/rserpool/services/',
      { path: '^src/rserpool/', pathNot: '^src/rserpool/(services/|index\\.ts$)' },
      'A service is a program as any other.',
    ),
    layer(
      'services-are-the-top',
      '^src/(?!cli/|rserpool/services/)',
      { path: '^src/rserpool/services/' },
      'Pools do not know what they are for.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
