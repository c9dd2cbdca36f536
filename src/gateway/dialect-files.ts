import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hintAt } from '../settings/nearest-name.ts';
import { projectFiles } from '../settings/project-files.ts';
import type { DialectSettings, Settings } from '../settings/settings.ts';
import { pointerStep, type SettingsFault } from '../settings/settings-fault.ts';

/** The places of a dialect's files. */
export interface DialectFiles {
  /** The module that declares it. */
  readonly code: string;
  /** Its OpenAPI document. */
  readonly document: string;
}

/** Finds a dialect's files: those that the settings name, else the built-in ones of that name. */
export function dialectFiles(
  name: string,
  { folder, document }: Pick<DialectSettings, 'folder' | 'document'>,
): DialectFiles {
  const { root, code } = projectFiles();
  const own = folder ?? join(code, 'dialects', name);
  return {
    code: entryOf(own) ?? join(own, 'index.ts'),
    document: document ?? join(root, 'openapi', `${name}.yaml`),
  };
}

/** Dialects without code or document: a misspelt name, or a folder that lies elsewhere. */
export function missingDialects(dialects: Settings['dialects']): SettingsFault[] {
  return Object.entries(dialects).flatMap(([name, own]) => {
    const pointer = `/dialects/${pointerStep(name)}`;
    const { code, document } = dialectFiles(name, own);
    if (!existsSync(code)) {
      return own.folder === undefined
        ? [
            {
              pointer,
              ofKey: true,
              message: `dialects: there is no dialect "${name}"; ${hintAt(name, listBuiltIn())}`,
            },
          ]
        : [
            {
              pointer: `${pointer}/folder`,
              message: `dialects.${name}: there is no index.ts or index.js in ${own.folder}`,
            },
          ];
    }
    if (existsSync(document)) return [];
    return own.document === undefined
      ? [{ pointer, ofKey: true, message: `dialects.${name}: "document" is missing: its OpenAPI document` }]
      : [{ pointer: `${pointer}/document`, message: `dialects.${name}: there is no file ${document}` }];
  });
}

function listBuiltIn(): string[] {
  const folder = join(projectFiles().code, 'dialects');
  return readdirSync(folder)
    .filter((name) => entryOf(join(folder, name)) !== undefined)
    .sort();
}

function entryOf(folder: string): string | undefined {
  return ['index.ts', 'index.js'].map((base) => join(folder, base)).find((path) => existsSync(path));
}
