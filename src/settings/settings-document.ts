import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { SettingsError } from './settings-error.ts';
import { pointerStep, type SettingsPlaces } from './settings-fault.ts';

/** A parsed settings file that knows the place of each value. */
export interface SettingsDocument extends SettingsPlaces {
  readonly value: unknown;
  readonly unset: readonly UnsetVariable[];
}

/** A variable that the environment lacks, and where the settings name it. */
export interface UnsetVariable {
  readonly variable: string;
  /** JSON pointer into the settings. */
  readonly pointer: string;
}

/**
 * Parses YAML and replaces `${NAME}` by environment variables. Throws `SettingsError` with the place of each
 * mistake: an empty variable, or text that begins with `${` but is not `${NAME}`. Unset variables are
 * returned, and stay as they are.
 */
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
  const unset = fillIn(document, environment, place);
  return { value: document.toJS() as unknown, unset, ...placesIn(source, file) };
}

/**
 * The places of values in a settings file. The parsed document takes a hundred times the memory of its text.
 * So it is parsed again when a place is needed, and the engine may drop it at any time.
 */
function placesIn(source: string, file: string): SettingsPlaces {
  let kept: WeakRef<{ readonly document: Document; readonly lines: LineCounter }> | undefined;
  const place = (offsetIn: (document: Document) => number) => {
    let parsed = kept?.deref();
    if (!parsed) {
      const lines = new LineCounter();
      parsed = { document: parseDocument(source, { lineCounter: lines, prettyErrors: false }), lines };
      kept = new WeakRef(parsed);
    }
    const { line, col } = parsed.lines.linePos(offsetIn(parsed.document));
    return `${file}:${line}:${col}`;
  };
  return {
    placeOf: (pointer) => place((document) => offsetOf(document, pointer)),
    placeOfKey: (pointer) => place((document) => keyOffsetOf(document, pointer)),
  };
}

function fillIn(
  document: Document,
  environment: Readonly<Record<string, string | undefined>>,
  place: (offset: number) => string,
): UnsetVariable[] {
  const faults: string[] = [];
  const unset: UnsetVariable[] = [];
  visit(document, {
    Scalar(key, scalar, path) {
      if (typeof scalar.value !== 'string') return;
      const here = place(scalar.range?.[0] ?? 0);
      scalar.value = scalar.value.replace(
        /\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g,
        (found, variable: string | undefined) => {
          if (variable === undefined) {
            faults.push(
              `${here}: "\${" begins the name of an environment variable: only \${NAME} is replaced`,
            );
            return found;
          }
          const value = environment[variable];
          if (value === '') faults.push(`${here}: the environment variable ${variable} is empty`);
          if (value === undefined) unset.push({ variable, pointer: pointerTo(key, path) });
          return value ?? found;
        },
      );
    },
  });
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  return unset;
}

/** The JSON pointer to a scalar, from its place in its parent and the nodes around it. */
function pointerTo(key: unknown, path: readonly unknown[]): string {
  const steps = path.flatMap((node, at) => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : [];
    const parent = path[at - 1];
    return isSeq(parent) ? [String(parent.items.indexOf(node))] : [];
  });
  return [...steps, ...(typeof key === 'number' ? [String(key)] : [])]
    .map((step) => `/${pointerStep(step)}`)
    .join('');
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
