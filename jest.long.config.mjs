import usual from './jest.config.mjs';

/** `npm run test:long`: suites on Azurite and MiniStack, models, generated inputs, killed processes, every pair of dialects and walks through
 * the pages in a browser, which take minutes. `npm test` leaves them out. */
export default { ...usual, testMatch: ['**/*.long.ts'] };
