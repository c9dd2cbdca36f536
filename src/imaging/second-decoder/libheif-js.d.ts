/** The package has no types for its exports. */
declare module 'libheif-js/wasm-bundle.js' {
  const library: unknown;
  export default library;
}
