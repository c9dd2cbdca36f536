/**
 * Markup as tagged templates. It needs no compiler. A value is inserted as text unless it is markup itself.
 */
export { html } from 'htm/preact';
