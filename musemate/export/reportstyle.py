"""How a report's page looks: on light and dark screens, on narrow ones and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f5f6f8; --text: #1a1e25; --muted: #565e6b; --line: #dcdfe4;
  --fragment: #14706b; --take: #94500a; --accent: #14706b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171717; --raised: #1f2023; --text: #e9ebee; --muted: #a0a7b3; --line: #34373d;
    --fragment: #5cc4ba; --take: #f0a65c; --accent: #5cc4ba;
  }
  /* pictures are ink on paper: turned over, quiet is dark and loud is bright, with the hues where they were */
  img { filter: invert(.91) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
main, header, footer { max-width: 1184px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 48px; padding-bottom: 24px; }
.eyebrow { margin: 0; color: var(--accent); font-weight: 600; font-size: 14px; }
h1 { margin: 8px 0; font-size: 32px; line-height: 1.2; font-weight: 650; letter-spacing: -.01em; }
h2 { margin: 56px 0 8px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 22px; line-height: 1.3; }
main > section:first-child h2 { margin-top: 16px; }
h3 { margin: 40px 0 4px; font-size: 18px; line-height: 1.3; }
.fragment { color: var(--fragment); }
.take { color: var(--take); }
p, ul { margin: 8px 0; max-width: 76ch; }
.muted, figcaption, dd, footer { color: var(--muted); }
.muted, figcaption, dl, footer { font-size: 14px; }
a { color: var(--accent); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
nav ul {
  display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; list-style: none; max-width: none; font-size: 14px;
}
.problem { border-left: 4px solid var(--take); padding: 8px 16px; background: var(--raised); }
.scroll { overflow-x: auto; margin: 16px 0; }
table { border-collapse: collapse; min-width: 50%; font-size: 14px; font-variant-numeric: tabular-nums; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 8px 0 8px 32px; text-align: right; border-bottom: 1px solid var(--line); vertical-align: baseline; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
thead small { display: block; font-weight: 400; }
th[scope="row"], thead th:first-child { text-align: left; padding-left: 0; font-weight: 600; min-width: 136px; }
th[scope="row"] small { display: inline-block; min-width: 40px; color: var(--muted); font-weight: 400; }
thead th { overflow-wrap: normal; }
td { white-space: nowrap; }
th[scope="row"] { max-width: 40ch; }
td[colspan] { white-space: normal; text-align: left; color: var(--muted); }
.halves th, .halves td { color: var(--muted); font-weight: 400; }
dl { display: grid; grid-template-columns: minmax(136px, max-content) 1fr; gap: 8px 24px; margin: 8px 0; }
dt { font-weight: 600; }
dd { margin: 0; max-width: 84ch; }
dd b { color: var(--text); font-weight: 600; }
.pairs { display: grid; grid-template-columns: 1fr 1fr; gap: 16px 24px; margin-top: 8px; }
.pairs.alone { grid-template-columns: minmax(0, 580px); }
figure { margin: 0; min-width: 0; }
figcaption b { color: var(--text); font-weight: 600; }
img { display: block; width: 100%; height: auto; }
.map { max-width: 720px; margin: 16px 0; }
footer { margin-top: 56px; padding-top: 16px; padding-bottom: 48px; border-top: 1px solid var(--line); }
@media (max-width: 720px) {
  .pairs { grid-template-columns: 1fr; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --raised: #ffffff; --text: #000000; --muted: #444b57; --line: #c4c8cf;
    --fragment: #14706b; --take: #94500a; --accent: #14706b;
  }
  img { filter: none; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  nav { display: none; }
  table, dl, figcaption, .muted, footer { font-size: 8.5pt; }
  th, td { padding: 3pt 5pt; }
  th[scope="row"], thead th:first-child, dl { min-width: 0; }
  .scroll { overflow: visible; }
  h2, h3 { break-after: avoid; }
  tr, figure, dd, dt { break-inside: avoid; }
  section.sound { break-before: page; }
  /* six rows and a heading on one page of A4 or Letter */
  .pairs { gap: 3pt 12pt; }
  .pairs img { max-width: 82mm; }
  .pairs figcaption { font-size: 7.5pt; line-height: 1.25; }
  section.sound h3 { margin-top: 0; }
}
@page { margin: 14mm; }
"""
