import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { projectFiles } from '../src/prepared/project-files.ts';

/** Writes name, version and licence text of every package that went into a bundle. Throws where one has no licence. */
export async function writeNotice({ inputs }: Metafile, file: string): Promise<void> {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  const notices: string[] = [];
  for (const folder of [...new Set(folders)].sort())
    notices.push(await noticeOf(join(projectFiles().root, folder)));
  await writeFile(
    file,
    `Parts of these packages are in the files beside this one.\n\n${notices.join(`\n${'='.repeat(80)}\n\n`)}`,
  );
}

async function noticeOf(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license } = manifest as { name: string; version: string; license?: string };
  const texts = (await readdir(folder)).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry));
  if (!license && texts.length === 0) throw new Error(`${name} states no licence`);
  const text = await Promise.all(texts.map((entry) => readFile(join(folder, entry), 'utf8')));
  return [`${name} ${version} (${license ?? 'see below'})`, ...text].join('\n\n');
}
