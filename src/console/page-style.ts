/** The style of the start page and the documentation: the console's colours over Swagger UI's own style. */
export const pageStyle = `
:root { --ground: #f5f6fa; --card: #fff; --ink: #1b2133; --quiet: #5c6478; --line: #e2e5ee; --accent: #4353e0; --accent-ink: #fff; --warn: #8a5300; --warn-ground: #fdf0d8; --code: #eef0f7; color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--ink); background: var(--ground); }
a { color: var(--accent); }
.bar { background: #171c2e; color: #c9cfe4; }
.bar-inner { max-width: 1280px; margin: 0 auto; padding: .8rem 1.5rem; display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; align-items: center; }
.bar a { color: inherit; text-decoration: none; padding: .25rem 0; }
.bar a:hover, .bar a[aria-current] { color: #fff; }
.bar a[aria-current] { font-weight: 600; border-bottom: 2px solid #8e9aff; }
.brand { font-weight: 650; color: #fff !important; display: inline-flex; align-items: center; gap: .55rem; font-size: 1.1rem; margin-right: .8rem; }
.hero { background: linear-gradient(135deg, #2b3170, #145e6b); color: #fff; }
.hero-inner { max-width: 1280px; margin: 0 auto; padding: 4rem 1.5rem 3.4rem; }
.hero h1 { font-size: clamp(2rem, 5vw, 3.2rem); line-height: 1.08; letter-spacing: -.03em; margin: 0 0 1rem; max-width: 22ch; }
.hero p { font-size: 1.15rem; max-width: 62ch; margin: 0; color: #dfe5ff; }
.content { max-width: 1280px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
.content h2 { letter-spacing: -.01em; margin: 2.2rem 0 1rem; font-size: 1.3rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr)); gap: 1rem; list-style: none; margin: 0; padding: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.2rem; box-shadow: 0 6px 20px rgb(20 28 60 / 5%); display: flex; flex-direction: column; gap: .35rem; }
.card h3 { margin: 0; font-size: 1.05rem; }
.card h3 a { text-decoration: none; }
.card p { margin: 0; color: var(--quiet); font-size: .95rem; }
.card .links { margin-top: auto; padding-top: .6rem; display: flex; gap: 1rem; font-size: .9rem; }
.tag { display: inline-block; background: var(--code); color: var(--quiet); border-radius: 999px; padding: 0 .6rem; font-size: .8rem; font-weight: 600; }
.tag.deprecated { background: var(--warn-ground); color: var(--warn); }
.terminal { background: #171c2e; color: #e6e9f7; border-radius: 12px; padding: 1rem 1.2rem; overflow-x: auto; font: .85rem/1.6 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0 1rem; }
.try { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: .9rem 1.2rem; margin-bottom: 1rem; }
.try button { font: inherit; cursor: pointer; border: 1px solid var(--accent); background: none; color: var(--accent); border-radius: 9px; padding: .3rem .9rem; }
.try button:hover, .try button[aria-pressed=true] { background: var(--accent); color: var(--accent-ink); }
.faces { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1rem 1.2rem; margin-bottom: 1rem; }
.faces h2 { margin: 0 0 .8rem; font-size: 1.05rem; }
.faces ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 1rem; }
.faces img, .faces .none { width: 100%; height: 150px; object-fit: contain; background: var(--ground); border: 1px solid var(--line); border-radius: 10px; display: grid; place-items: center; color: var(--quiet); font-size: .85rem; }
.faces figure { margin: 0; font-size: .85rem; }
.faces figcaption { margin-top: .3rem; color: var(--quiet); }
.faces figcaption strong { color: var(--ink); }
.swagger-ui { font-family: inherit; }
.swagger-ui .wrapper { padding: 0; max-width: none; }
.swagger-ui .info { margin: 1rem 0; }
.swagger-ui .scheme-container { background: none; box-shadow: none; padding: 0; margin: 0 0 1rem; }
.swagger-ui .opblock { border-radius: 12px; box-shadow: none; overflow: hidden; }
.swagger-ui .opblock.opblock-deprecated { opacity: 1; border-color: #e0a94d; background: #fffaf0; }
.swagger-ui .opblock.opblock-deprecated .opblock-summary { border-color: #e0a94d; }
.swagger-ui .opblock.opblock-deprecated .opblock-summary-method { background: #9a6200; }
.swagger-ui .opblock.opblock-deprecated .opblock-summary-path__deprecated::after { content: 'deprecated'; background: var(--warn-ground); color: var(--warn); border-radius: 999px; padding: .1rem .6rem; font: 600 .75rem system-ui, sans-serif; margin-left: .6rem; white-space: nowrap; }
.swagger-ui .opblock-summary-path__deprecated { text-decoration: none !important; }
.swagger-ui pre { white-space: pre-wrap; }
@media (max-width: 700px) {
  .bar-inner { padding: .8rem 1rem; }
  .hero-inner { padding: 2.4rem 1rem; }
  .content { padding: 1rem 1rem 3rem; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-path, .swagger-ui .opblock .opblock-summary-path__deprecated { max-width: 100%; flex: 1 1 100%; padding: .3rem 0; overflow-wrap: anywhere; }
  .swagger-ui .opblock-description-wrapper, .swagger-ui .opblock-section-header { flex-wrap: wrap; }
  .swagger-ui table, .swagger-ui thead, .swagger-ui tbody, .swagger-ui tr, .swagger-ui td { display: block; width: auto !important; max-width: 100%; }
  .swagger-ui .parameters-col_description { width: auto; }
  .swagger-ui input, .swagger-ui select, .swagger-ui textarea { max-width: 100% !important; min-width: 0 !important; }
  .swagger-ui .info .title { font-size: 1.5rem; overflow-wrap: anywhere; }
  .swagger-ui .renderedMarkdown, .swagger-ui .markdown { overflow-wrap: anywhere; }
  .swagger-ui section.models { overflow-x: auto; }
}
`;
