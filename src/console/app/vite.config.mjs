import { defineConfig } from 'vite';

/** The console: one page, its script and its style, without a request to anywhere else. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  logLevel: 'warn',
  build: {
    outDir: process.env.CONSOLE_OUT ?? '../../../dist/console',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
