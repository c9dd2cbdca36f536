/** Every text of `errorMessage`, by what it says. `{0}` takes the first argument. */
export type MessageKey =
  | 'authentication'
  | 'authorization'
  | 'entity-not-found'
  | 'route-not-found'
  | 'parameter-invalid'
  | 'image-required'
  | 'body-malformed'
  | 'image-single'
  | 'image-too-large'
  | 'image-too-small'
  | 'image-type'
  | 'image-unreadable'
  | 'image-too-complex'
  | 'concurrent-modification'
  | 'rate-limit'
  | 'method'
  | 'not-acceptable'
  | 'media-type'
  | 'timeout'
  | 'unavailable'
  | 'unexpected';

/** A whole language. */
export type Messages = Readonly<Record<MessageKey, string>>;
