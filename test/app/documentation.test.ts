import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/settings/load-settings.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What is installed or made, and has pages of others. */
const NO_PAGES = new Set([
  'node_modules',
  'python-tools',
  'go-tools',
  'ministack',
  'dist',
  'data',
  '.git',
  'reports',
]);

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NO_PAGES.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Links to files: not to other sites, and not to places within the page. Code blocks are left out. */
function deadLinks(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:|^#/.test(target))
    .filter((target) => !existsSync(join(dirname(page), target.replace(/#.*$/, ''))));
}

describe('the documentation', () => {
  const pages = pagesBelow(ROOT).map((page) => relative(ROOT, page));

  it.each(pages)('%s links to what is there', (page) => {
    expect(deadLinks(join(ROOT, page))).toEqual([]);
  });

  it('the documentation shows the curl lines that the demo prints', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const guide = readFileSync(join(ROOT, 'config/demo-guide.yaml'), 'utf8');
    const printed = [...guide.matchAll(/curl: '?(curl .*?)'?$/gm)].map(([, line = '']) =>
      line.replaceAll('{url}', 'http://127.0.0.1:8080'),
    );
    expect(printed).toHaveLength(4);
    for (const line of printed) expect(readme).toContain(line);
  });

  it('every folder of src and dialects says in a README what it is for', () => {
    const folders = ['src', 'dialects'].flatMap((parent) =>
      readdirSync(join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(parent, entry.name)),
    );
    expect(folders.filter((folder) => !existsSync(join(ROOT, folder, 'README.md')))).toEqual([]);
  });
});

describe('the settings of compose.yaml', () => {
  it('the settings of compose.yaml load with the variables that it sets', async () => {
    const compose = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');
    const named = [...compose.matchAll(/^ {6}([A-Z][A-Z0-9_]+):/gm)].map(([, name = '']) => name);
    const env = Object.fromEntries(
      named.map((name) => [name, `a-value-of-its-own-for-${name.toLowerCase()}`]),
    );
    const settings = await loadSettings({ env, overrides: { file: join(ROOT, 'config/compose.yaml') } });
    expect(settings.store.kind).toBe('azure');
    expect(settings.listen.host).toBe('0.0.0.0');
  });
});
