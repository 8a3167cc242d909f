/** Style sheet of the documentation page. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f27; --soft: #5b6472; --line: #e3e6eb; --page: #fff; --card: #f7f8fa; --accent: #3452d6;
  --get: #1a7f4e; --post: #3452d6; --put: #9a5b00; --patch: #7a3fb8; --delete: #c0313f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #9aa3b2; --line: #2a303b; --page: #12151b; --card: #1a1e26; --accent: #93a8ff;
  --get: #5fd39b; --post: #93a8ff; --put: #f0b35a; --patch: #cf9dff; --delete: #ff8b96; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--page); font: 16px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 260px minmax(0, 1fr); }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 24px 16px; border-right: 1px solid var(--line); font-size: 14px; }
nav .brand { font-size: 20px; font-weight: 700; color: var(--ink); } nav h2 { font-size: 12px; color: var(--soft); margin: 24px 0 4px; font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; } nav li a { display: block; padding: 3px 0; color: var(--ink); }
main { padding: 40px min(5vw, 64px) 96px; max-width: 1000px; }
h1 { font-size: 34px; line-height: 1.2; margin: 0 0 12px; letter-spacing: -0.02em; } .lead { color: var(--soft); font-size: 18px; max-width: 62ch; }
h2.group { margin: 56px 0 8px; font-size: 24px; } h3 { margin: 0 0 8px; font-size: 18px; } h3 a { color: inherit; }
h4 { margin: 20px 0 4px; font-size: 14px; } small, i { color: var(--soft); font-size: 12px; font-style: normal; font-weight: 400; }
section { border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px; margin: 16px 0; scroll-margin-top: 16px; }
section:target, tr:target { border-color: var(--accent); background: var(--card); }
b { text-transform: uppercase; font-size: 12px; letter-spacing: 0.04em; } nav b { display: inline-block; width: 52px; font-size: 10px; }
.get, .s2 { color: var(--get); } .post { color: var(--post); } .put, .s4 { color: var(--put); } .patch { color: var(--patch); } .delete, .s5 { color: var(--delete); }
code, pre { font: 13.5px/1.5 ui-monospace, monospace; } pre { background: var(--card); border-radius: 8px; padding: 12px 16px; overflow-x: auto; }
.line code { font-size: 15px; overflow-wrap: anywhere; } p { margin: 4px 0 8px; } .type span { color: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: 14px; } th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-top: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
th { width: 34%; } th + td { width: 24%; } .codes a { white-space: nowrap; margin-right: 12px; font: 13px ui-monospace, monospace; } .codes a, td + td { color: var(--soft); } summary { cursor: pointer; margin-top: 16px; font-size: 14px; color: var(--accent); }
@media (max-width: 800px) { body { display: block; } nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 24px 16px 64px; } section { padding: 16px; } }
`;
