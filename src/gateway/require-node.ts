import { types } from 'node:util';

/*
 * Imported first by the modules that other projects import. It prints one clear line on a Node that is too old,
 * and adds the one thing that Node 22 lacks.
 */

/** The oldest Node on which sandbox, matchers and conformance kit run. */
const OLDEST_NODE = 22;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  throw new Error(`polyface needs Node.js ${OLDEST_NODE} or newer; this is ${process.versions.node}`);
}
// Node 22 does not have it, although the types say so.
(Error as { isError?: typeof Error.isError }).isError ??= (value): value is Error =>
  types.isNativeError(value) || value instanceof Error;
