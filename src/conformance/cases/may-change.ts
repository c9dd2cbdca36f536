import type { CommandKind } from '../../domain/index.ts';

/**
 * Whether a server may change something when it carries the command out. The compiler requires a line for
 * every command.
 */
export const MAY_CHANGE: Readonly<Record<CommandKind, boolean>> = {
  'issue-token': false,
  'check-credential': false,
  'put-images': true,
  'read-subject': false,
  'delete-images': true,
  'locate-images': false,
  'read-image': false,
  'open-download': false,
  'list-people': false,
  'find-people': false,
  'read-person': false,
  'put-people': true,
  'change-person': true,
  'merge-people': true,
  'erase-person': true,
};
