/** Jest runs the TypeScript sources as they are: Node strips the types, nothing is bundled or mocked. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-types-transformer.mjs' },
  // Real processes on a busy machine: a test that hangs still ends, a slow one is no failure.
  testTimeout: 240_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
};
