/** Of the page at `/docs`. Light or dark as the reader's system is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: light-dark(#1c2127, #e5e9ee); --soft: light-dark(#5b6672, #9aa7b5); --line: light-dark(#dfe4ea, #2f3842); --back: light-dark(#fff, #14181d); --side: light-dark(#f6f8fa, #1a1f26); --link: light-dark(#0b5cad, #7db8f5); }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 21rem minmax(0, 1fr); color: var(--text); background: var(--back); font: 15px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.25rem; background: var(--side); border-right: 1px solid var(--line); font-size: 13px; }
nav .name { font-weight: 650; font-size: 15px; margin: 0; }
nav h2 { margin: 1.1rem 0 .3rem; font-size: 12px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a { display: flex; gap: .5rem; align-items: baseline; padding: .15rem 0; color: inherit; }
main { padding: 1.5rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 66rem; }
h1 { margin: 0; font-size: 1.9rem; } .lead { font-size: 1.15rem; color: var(--soft); margin-top: .2rem; }
section > h2 { margin: 3rem 0 0; padding-bottom: .3rem; border-bottom: 2px solid var(--line); font-size: 1.35rem; }
article { padding: 1.2rem 0; border-bottom: 1px solid var(--line); } article:target { outline: 2px solid var(--link); outline-offset: .6rem; border-radius: 2px; }
h3 { margin: 0 0 .35rem; font-size: 1.05rem; } h4 { margin: 1rem 0 .3rem; font-size: .8rem; color: var(--soft); text-transform: uppercase; letter-spacing: .05em; }
h4 small { text-transform: none; letter-spacing: 0; }
p { margin: .4rem 0; } a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code { font: 12.5px/1.4 ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; }
td code, p > code { background: var(--side); padding: .05rem .25rem; border-radius: 3px; }
.route code { background: none; font-size: 13.5px; } .type { color: var(--soft); }
.method { flex: none; display: inline-block; min-width: 3.4rem; padding: 0 .35rem; border-radius: 3px; font: 700 10.5px/1.7 ui-monospace, monospace; text-align: center; color: #fff; }
.get { background: #1f6f43; } .put { background: #8a5a00; } .post { background: #0b5cad; } .delete { background: #b3261e; }
.who { margin-left: .5rem; padding: .05rem .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: 12px; }
table { width: 100%; border-collapse: collapse; } table table { margin-top: .3rem; border-left: 2px solid var(--line); }
th, td { padding: .3rem .6rem .3rem 0; vertical-align: top; text-align: left; border-top: 1px solid var(--line); font-weight: 400; }
table table th { padding-left: .6rem; } th { width: 12rem; } tr[class] th { width: 3.5rem; font-weight: 650; }
.s2 th { color: light-dark(#1f6f43, #6fcf97); } .s4 th { color: light-dark(#8a5a00, #e0b050); } .s5 th { color: light-dark(#b3261e, #ff8a80); }
td > p:first-child { margin-top: 0; } small { color: var(--soft); } th small { display: block; }
@media (max-width: 52rem) { body { grid-template-columns: minmax(0, 1fr); } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } th { width: auto; } }
`;
