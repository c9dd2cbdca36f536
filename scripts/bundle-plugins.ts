import type { Plugin } from 'esbuild';

/** What a start needs and is plain JavaScript; everything else is loaded from `node_modules`, and rarely. */
const BUNDLED = [
  'commander',
  'express',
  'file-type',
  'helmet',
  'jose',
  'multer',
  'p-queue',
  'pino',
  'prom-client',
  'rate-limiter-flexible',
  'yaml',
];

/** Leaves packages that are not in {@link BUNDLED} where they are, unless one that is asks for them. */
export function outside(): Plugin {
  return {
    name: 'outside',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        const ours = kind !== 'entry-point' && !importer.includes('node_modules');
        if (!ours || path.startsWith('node:')) return undefined;
        const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
        return BUNDLED.includes(name) ? undefined : { path, external: true };
      });
    },
  };
}

/** An `import` of `http` reads every one of its exports, one of which loads all of Node's own undici: 17 ms that nobody here needs. */
export function httpWithoutFacade(): Plugin {
  return {
    name: 'http-without-facade',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'http', namespace: 'builtin' }));
      onLoad({ filter: /.*/, namespace: 'builtin' }, () => ({
        contents: "module.exports = process.getBuiltinModule('node:http')",
      }));
    },
  };
}

/**
 * Leaves out what nothing here calls but packages load: prom-client's figures of clusters, pushed figures and figures of the process, and
 * express's parsers of bodies with their half a megabyte of character sets.
 */
export function leftOut(): Plugin {
  return {
    name: 'left-out',
    setup({ onLoad }) {
      onLoad({ filter: /prom-client[\\/]lib[\\/](cluster|defaultMetrics|pushgateway)\.js$/ }, () => ({
        contents: 'module.exports = undefined',
      }));
      onLoad({ filter: /node_modules[\\/]body-parser[\\/]index\.js$/ }, () => ({
        contents: 'module.exports = {}',
      }));
    },
  };
}
