import { readFile } from 'node:fs/promises';
import { type Imaging, ProblemError, READABLE_FORMATS, type RenditionRecipe } from '../../domain/index.ts';

const THUMBNAIL: RenditionRecipe = {
  fit: 'inside',
  box: { width: 480, height: 480 },
  enlarge: false,
  format: 'jpeg-unless-transparent',
  background: '#ffffff',
  quality: 82,
  animated: false,
};

/** A small upright copy and its media type; `undefined` where it cannot be made. */
export async function makeThumbnail(
  imaging: Pick<Imaging, 'process'>,
  bytes: Uint8Array,
): Promise<{ readonly bytes: Uint8Array; readonly format: string } | undefined> {
  try {
    const processed = await imaging.process({
      source: { kind: 'memory', bytes },
      accepted: READABLE_FORMATS,
      recipes: [THUMBNAIL],
    });
    try {
      const [made] = processed.renditions;
      if (!made || made.width === 0) return undefined;
      const { source, format } = made;
      return { bytes: source.kind === 'memory' ? source.bytes : await readFile(source.path), format };
    } finally {
      await processed.release();
    }
  } catch (cause) {
    if (cause instanceof ProblemError) return undefined;
    throw cause;
  }
}
