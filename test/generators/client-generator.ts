import type { GeneratedFrom } from './documents.ts';
import type { ToolRun } from './run-tool.ts';

/** A generator of clients that people use. */
export interface ClientGenerator {
  readonly name: string;
  /** Version and choices, for the table. */
  readonly tool: string;
  /** Whether it, or its clients, run in the environment of the Python tools. */
  readonly needsPython?: true;
  /** Generates all clients and compiles them with their probes. */
  build(shop: Workshop, documents: readonly GeneratedFrom[]): Promise<ToolRun>;
  /** The command that runs the probe of one document; the picture's path is added. */
  probe(shop: Workshop, document: GeneratedFrom): Promise<readonly string[]>;
}

/** What generators work with. */
export interface Workshop {
  /** Made for this run and removed after it. */
  readonly folder: string;
  readonly options: { readonly cwd: string };
  /** Of the environment that holds the Python tools. */
  readonly python: string;
  /** The document's server, for clients that want to be told. */
  baseUrlOf(document: GeneratedFrom): string;
  /** A document as the gateway serves it, with its address. */
  documentFile(document: GeneratedFrom): string;
  /** Type-checks the clients and probes below `<folder>/<generator>` strictly, and writes JavaScript to `out`. */
  compileTypeScript(
    generator: string,
    documents: readonly GeneratedFrom[],
    importedAs: (document: GeneratedFrom) => string,
  ): Promise<ToolRun>;
}
