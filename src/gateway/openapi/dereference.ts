/**
 * Replaces every local `$ref` by its target. Keys beside a `$ref` override the target's (OpenAPI 3.1 allows
 * `summary` and `description` there). Throws for references without a target, to other files, or in a circle.
 */
export function dereference(root: unknown): unknown {
  const done = new Map<string, unknown>();

  function resolve(pointer: string, trail: readonly string[]): unknown {
    if (trail.includes(pointer)) throw new Error(`circular $ref: ${[...trail, pointer].join(' → ')}`);
    if (!done.has(pointer)) done.set(pointer, walk(lookUp(root, pointer), [...trail, pointer]));
    return done.get(pointer);
  }

  function walk(node: unknown, trail: readonly string[]): unknown {
    if (Array.isArray(node)) return node.map((member) => walk(member, trail));
    if (!isRecord(node)) return node;
    const { $ref, ...beside } = node;
    const own = Object.fromEntries(Object.entries(beside).map(([key, value]) => [key, walk(value, trail)]));
    if (typeof $ref !== 'string') return $ref === undefined ? own : { $ref, ...own };
    const target = resolve($ref, trail);
    return isRecord(target) ? { ...target, ...own } : target;
  }

  return walk(root, []);
}

function lookUp(root: unknown, pointer: string): unknown {
  if (!pointer.startsWith('#/')) throw new Error(`$ref ${pointer} is not local to the document`);
  let node = root;
  for (const token of pointer.slice(2).split('/')) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isContainer(node) || !Object.hasOwn(node, key)) throw new Error(`$ref ${pointer} leads nowhere`);
    node = node[key];
  }
  return node;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}
