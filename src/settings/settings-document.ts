import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { SettingsError } from './settings-error.ts';
import type { SettingsPlaces } from './settings-fault.ts';

/** A parsed settings file that still knows where everything stands in it. */
export interface SettingsDocument extends SettingsPlaces {
  readonly value: unknown;
}

/** Parses YAML and puts environment variables in the place of `${NAME}`. Throws `SettingsError` with the place of each mistake. */
export function parseSettingsDocument(
  source: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): SettingsDocument {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new SettingsError(
      document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message}`).join('\n'),
    );
  }
  fillIn(document, environment, place);
  return {
    value: document.toJS() as unknown,
    placeOf: (pointer) => place(offsetOf(document, pointer)),
    placeOfKey: (pointer) => place(keyOffsetOf(document, pointer)),
  };
}

function fillIn(
  document: Document,
  environment: Readonly<Record<string, string | undefined>>,
  place: (offset: number) => string,
): void {
  const missing: string[] = [];
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string') return;
      scalar.value = scalar.value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
        const value = environment[variable];
        if (value === undefined) {
          missing.push(`${place(scalar.range?.[0] ?? 0)}: the environment variable ${variable} is not set`);
        }
        return value ?? '';
      });
    },
  });
  if (missing.length > 0) throw new SettingsError(missing.join('\n'));
}

function keyOffsetOf(document: Document, pointer: string): number {
  const steps = stepsOf(pointer);
  const around: unknown = document.getIn(steps.slice(0, -1), true);
  const keys = isMap(around) ? around.items.map(({ key }) => key) : [];
  const own = keys.find((key) => isScalar(key) && String(key.value) === steps.at(-1));
  return isNode(own) && own.range ? own.range[0] : offsetOf(document, pointer);
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function offsetOf(document: Document, pointer: string): number {
  const steps = stepsOf(pointer);
  for (let length = steps.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(steps.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
