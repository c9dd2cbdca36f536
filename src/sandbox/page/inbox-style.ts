/** The style in two colour schemes, for widths from 320 pixels on. */
export const INBOX_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f6fa, #10141c);
  --surface: light-dark(#ffffff, #181e29);
  --raised: light-dark(#eef1f7, #222a38);
  --line: light-dark(#d9dfea, #2f3849);
  --text: light-dark(#182034, #e7ecf5);
  --quiet: light-dark(#55607a, #a3aec4);
  --accent: light-dark(#2f4fcf, #9db2ff);
  --good: light-dark(#0c6b3f, #6fdba5);
  --good-ground: light-dark(#dff5e8, #10341f);
  --bad: light-dark(#a3182c, #ff9aa8);
  --bad-ground: light-dark(#fde6e9, #43131c);
  --warn: light-dark(#7a4700, #ffc56b);
  --warn-ground: light-dark(#fff0d2, #3d2a09);
  --check: light-dark(#e6eaf2, #262e3d);
}
* { box-sizing: border-box; }
html, body { margin: 0; height: 100%; }
body { font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--text); background: var(--ground); display: flex; flex-direction: column; }
h1, h2, h3, p, ul, dl { margin: 0; padding: 0; }
ul { list-style: none; }
button, input, select { font: inherit; color: inherit; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.bar { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: .75rem; flex-wrap: wrap; padding: .7rem 1.25rem; background: var(--surface); border-bottom: 1px solid var(--line); }
.bar h1 { display: flex; align-items: center; gap: .6rem; font-size: 1.15rem; letter-spacing: -.01em; }
.live { display: inline-flex; align-items: center; gap: .4rem; font-size: .85rem; color: var(--quiet); }
.live::before { content: ''; width: .55rem; height: .55rem; border-radius: 50%; background: var(--quiet); }
.live.on::before { background: var(--good); box-shadow: 0 0 0 3px var(--good-ground); }
.search { flex: 1 1 16rem; }
.search input { width: 100%; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--ground); }
.session select, button { padding: .45rem .8rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--surface); }
button { cursor: pointer; }
button:hover { background: var(--raised); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr); }
main.open { grid-template-columns: minmax(0, 1fr) minmax(24rem, 34rem); }
.list { overflow: auto; padding: 1rem 1.25rem 3rem; }
.count { color: var(--quiet); font-size: .85rem; margin-bottom: .75rem; }
.list ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); gap: 1rem; }
.card { display: flex; flex-direction: column; width: 100%; height: 100%; padding: 0; overflow: hidden; text-align: left; border-radius: .9rem; background: var(--surface); transition: border-color .12s, box-shadow .12s, transform .12s; }
.card:hover { background: var(--surface); transform: translateY(-1px); box-shadow: 0 6px 20px rgb(12 20 50 / .12); }
.card[aria-current='true'] { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.frame { position: relative; aspect-ratio: 4 / 3; display: grid; place-items: center; background: repeating-conic-gradient(var(--check) 0 25%, transparent 0 50%) 0 0 / 20px 20px; border-bottom: 1px solid var(--line); }
.frame img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.frame .none { padding: .3rem .7rem; border-radius: .5rem; background: var(--raised); color: var(--quiet); font-weight: 600; }
.words { padding: .7rem .85rem .85rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: .3rem; }
.name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.quiet { color: var(--quiet); font-size: .85rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badges { display: flex; flex-wrap: wrap; gap: .35rem; }
.badge { padding: .05rem .5rem; border-radius: 1rem; font-size: .78rem; font-weight: 600; background: var(--raised); color: var(--quiet); white-space: nowrap; max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
.badge.good { background: var(--good-ground); color: var(--good); }
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.badge.warn { background: var(--warn-ground); color: var(--warn); }
.empty { max-width: 26rem; margin: 12vh auto 0; text-align: center; display: grid; gap: .6rem; justify-items: center; color: var(--quiet); }
.empty h2 { color: var(--text); font-size: 1.2rem; }
.empty[hidden], .details[hidden] { display: none; }
.details { overflow: auto; padding: 1.1rem 1.25rem 3rem; background: var(--surface); border-left: 1px solid var(--line); }
.details:focus { outline: none; }
.details header { display: flex; align-items: flex-start; gap: .75rem; margin-bottom: 1rem; }
.details h2 { flex: 1; font-size: 1.1rem; overflow-wrap: anywhere; unicode-bidi: isolate; }
.details h3 { margin: 1.4rem 0 .5rem; font-size: .95rem; overflow-wrap: anywhere; }
.details .frame { border: 1px solid var(--line); border-radius: .7rem; overflow: hidden; }
.why { margin-bottom: 1rem; padding: .8rem 1rem; border-radius: .7rem; background: var(--bad-ground); display: grid; gap: .4rem; }
.why strong { color: var(--bad); }
.why p { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .3rem .8rem; font-size: .9rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: .85em/1.5 ui-monospace, 'Cascadia Mono', Menlo, monospace; }
pre { margin: 0; padding: .8rem 1rem; border-radius: .7rem; background: var(--raised); overflow: auto; max-height: 20rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
.actions a { padding: .45rem .8rem; border: 1px solid var(--line); border-radius: .6rem; color: var(--accent); text-decoration: none; }
.actions a:hover { background: var(--raised); }
@media (max-width: 60rem) {
  main.open { grid-template-columns: minmax(0, 1fr); }
  main.open .list { display: none; }
  .details { border-left: 0; }
}
@media (max-width: 30rem) {
  .bar { padding: .6rem .9rem; gap: .6rem; }
  .search { flex-basis: 100%; order: 5; }
  .session { margin-left: auto; }
  .list, .details { padding-left: .9rem; padding-right: .9rem; }
  .list ul { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .7rem; }
  dl { grid-template-columns: 6.5rem minmax(0, 1fr); }
}
@media (prefers-reduced-motion: reduce) { .card { transition: none; } .card:hover { transform: none; } }
`;
