import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** By the bundled file's address; `undefined` where it has no map. */
const maps = new Map<string, SourceMap | undefined>();

/**
 * A stack with the places of the sources instead of those of the bundle. Maps are read when the first error is logged: to have Node do so at
 * the start would double its time.
 */
export function withSourcePlaces(stack: string): string {
  return stack.replace(/(file:\/\/\S+?\.js):(\d+):(\d+)/g, (place, file: string, line, column) => {
    const origin = mapOf(file)?.findOrigin(Number(line), Number(column));
    if (!origin || !('fileName' in origin)) return place;
    return `${new URL(origin.fileName, file).href}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(`${fileURLToPath(file)}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
