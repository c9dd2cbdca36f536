import type {
  CommandContext,
  ImageView,
  OpenedSubject,
  ProfileImage,
  SubjectRecord,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { readSubjectRecord } from './subject-records.ts';
import { viewOf } from './view-image.ts';

/**
 * How often the record is read again when the subject keeps changing; then the reader gets what can be shown.
 */
const MAX_READINGS = 8;

/**
 * The chosen images as the dialect shows them. Where one cannot be shown because a newer write replaced it
 * meanwhile, the record is read again: a reader never finds nothing between two pictures.
 */
export async function currentViews(
  parts: UseCaseParts,
  opened: OpenedSubject,
  choose: (record: SubjectRecord) => readonly ProfileImage[],
  context: CommandContext,
): Promise<ImageView[]> {
  let { record }: { readonly record?: SubjectRecord } = opened.snapshot;
  for (let reading = 1; ; reading += 1) {
    const images = record ? choose(record) : [];
    const seen = await Promise.all(images.map((image) => viewOf(parts, opened.subject.key, image, context)));
    const views = seen.filter((view) => view !== undefined);
    if (views.length === images.length || reading === MAX_READINGS) return views;
    const now = await readSubjectRecord(parts.records, opened.subject.key);
    if (now.record?.generation === record?.generation) return views;
    record = now.record;
  }
}
