import { Command } from 'commander';
import { request } from 'undici';
import { loadSettings } from '../settings/load-settings.ts';

const TIMEOUT_MS = 2_000;

/**
 * `polyface healthcheck`: checks whether the gateway of these settings is alive on this machine. For the
 * image's HEALTHCHECK.
 */
export function healthcheckCommand(): Command {
  return new Command('healthcheck')
    .description('ask /healthz of the gateway on this machine, at the address that the settings give it')
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .action(async ({ config }: { readonly config?: string }) => {
      const { listen } = await loadSettings({ overrides: { file: config }, allowUnset: true });
      const url = `http://${reachableHost(listen.host)}:${listen.port}/healthz`;
      const { statusCode, body } = await request(url, {
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}`);
    });
}

/** The address at which a gateway that listens on all addresses can be reached. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
