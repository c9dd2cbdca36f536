import type { CommandContext, ImageField, Loss, Outcome } from '../../domain/index.ts';

const MADE_UP: Readonly<Record<ImageField, Loss>> = {
  id: { field: 'image.id', fate: 'synthesised', note: "made from the picture's digest" },
  handle: { field: 'image.handle', fate: 'synthesised', note: "made from the image's place" },
  writtenAtMs: {
    field: 'image.writtenAt',
    fate: 'defaulted',
    note: 'the backend does not say when it was written',
  },
  version: { field: 'image.version', fate: 'defaulted', note: 'the backend does not count' },
};

/** The picture and its address belong to the backend while it answers, so the gateway cannot change them. */
const PICTURE: Loss = {
  field: 'image.rendition',
  fate: 'kept',
  note: "the backend's picture: its format, size and metadata need not be those of the client's contract",
};
const ADDRESS: Loss = {
  field: 'image.url',
  fate: 'kept',
  note: "the backend's address: not signed here, and with the backend's own lifetime",
};

/**
 * What a translated answer says differently from the client's contract, each once: fields that were made up
 * and are printed, the picture where the contract promises a rendition, and its address.
 */
export function lossesInAnswer(
  outcome: Outcome,
  { rendition, links }: Pick<CommandContext, 'rendition' | 'links'>,
  prints: readonly ImageField[],
): readonly Loss[] {
  const views = viewsIn(outcome);
  if (views.length === 0) return [];
  const synthesised = new Set(views.flatMap((view) => view.synthesised ?? []));
  return [
    ...prints.filter((field) => synthesised.has(field)).map((field) => MADE_UP[field]),
    ...(rendition === 'original' ? [] : [PICTURE]),
    ...(links && views.some(({ url }) => url !== undefined) ? [ADDRESS] : []),
  ];
}

function viewsIn(outcome: Outcome) {
  switch (outcome.kind) {
    case 'images-put':
    case 'subject-read':
      return outcome.images;
    case 'images-located':
      return outcome.results.flatMap((result) => (result.found ? [result.view] : []));
    default:
      return [];
  }
}
