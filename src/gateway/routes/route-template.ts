/** One segment of a path template. */
export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Matches all that is left, any number of segments. */
  | { readonly kind: 'rest'; readonly name: string };

/** A path template, split: `/customers/{customerId}/images`. */
export type RouteTemplate = readonly TemplateSegment[];

/** Reads a template under its mount prefix. `restNames`: the parameters that match the rest of the path. */
export function parseTemplate(
  prefix: string,
  template: string,
  restNames: ReadonlySet<string>,
): RouteTemplate {
  const segments = `${prefix}${template}`.split('/').slice(1);
  return segments.map((text, index) => {
    const name = /^\{([^{}]+)\}$/.exec(text)?.[1];
    if (name === undefined) return { kind: 'literal', text };
    if (!restNames.has(name)) return { kind: 'parameter', name };
    if (index !== segments.length - 1) throw new Error(`${template}: {${name}} must come last`);
    return { kind: 'rest', name };
  });
}

/**
 * The raw values of a path's parameters, still percent-encoded; `undefined` where the path does not match.
 * Literals are compared after decoding, so that `%69mages` is `images`. An encoded slash never separates
 * segments. A parameter is never empty.
 */
export function matchTemplate(
  template: RouteTemplate,
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const values: [string, string][] = [];
  for (const [index, part] of template.entries()) {
    if (part.kind === 'rest') {
      values.push([part.name, segments.slice(index).join('/')]);
      return Object.fromEntries(values);
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.kind === 'parameter') {
      if (segment === '') return undefined;
      values.push([part.name, segment]);
    } else if (segment !== part.text && decodeSegment(segment) !== part.text) {
      return undefined;
    }
  }
  return segments.length === template.length ? Object.fromEntries(values) : undefined;
}

/** A percent-decoded segment; `undefined` where its escapes are no UTF-8. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}

/**
 * Negative where `a` is the more specific of two templates that match the same path. The first difference
 * decides: a literal beats a parameter, and a parameter beats a rest.
 */
export function compareTemplates(a: RouteTemplate, b: RouteTemplate): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = rankOf(a[index]) - rankOf(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

const RANK = { literal: 0, parameter: 1, rest: 2 } as const;

function rankOf(segment: TemplateSegment | undefined): number {
  return segment ? RANK[segment.kind] : 3;
}
