import usual from './jest.config.mjs';

/** `npm run test:long`: models, generated inputs and killed processes, which take minutes. `npm test` leaves them out. */
export default { ...usual, testMatch: ['**/*.long.ts'] };
