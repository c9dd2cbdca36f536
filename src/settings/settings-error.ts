/** A mistake in the settings: one line for each, with the place and what was expected. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
