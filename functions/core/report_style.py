"""The style of reports.

Blue and orange of Okabe and Ito's palette, which all kinds of color vision tell apart; the lighter
pair on dark ground. No color stands alone: marks, words and positions say the same.
"""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d5dbe1;
  --ground: #ffffff; --card: #f6f8fa; --reference: #0072b2; --current: #d55e00;
  --bad: #b3261e; --good: #1a7f37; --wait: #7a5b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa6b2; --line: #343c46;
  --ground: #0d1117; --card: #161b22; --reference: #56b4e9; --current: #e69f00;
  --bad: #ff8a80; --good: #56d364; --wait: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 76rem; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.15rem; margin: 0; color: var(--soft); font-weight: 600; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.verdict { font-size: 1.7rem; line-height: 1.25; font-weight: 650; margin: .3rem 0 .5rem; }
.verdict .mark, .chip { color: var(--soft); }
.drift .mark, .chip.drift, .failed .mark { color: var(--bad); }
.ok .mark, .chip.ok, .passed .mark { color: var(--good); }
.not_enough_rows .mark, .chip.not_enough_rows { color: var(--wait); }
p { margin: .3rem 0; max-width: 62rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .9rem 1rem; min-width: 0; }
.grid { display: grid; gap: 1rem; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); }
@media (min-width: 62rem) { .grid { grid-template-columns: 1fr 1fr; } }
.head { display: flex; gap: .8rem; justify-content: space-between; align-items: baseline; }
.chip { font-size: .85rem; font-weight: 650; white-space: nowrap; }
.facts { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: .5rem 0; padding: 0;
  list-style: none; font-size: .86rem; color: var(--soft); }
.facts b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: auto; max-width: 44rem; }
svg text { fill: var(--ink); font-size: 12px; }
svg text.small { fill: var(--soft); font-size: 10.5px; font-variant-numeric: tabular-nums; }
svg .reference { fill: var(--reference); } svg .current { fill: var(--current); }
svg .grid { stroke: var(--line); }
svg .stem { stroke-width: 3; } svg line.calm { stroke: var(--soft); }
svg line.drifted { stroke: var(--bad); }
svg circle.calm { fill: var(--soft); } svg circle.drifted { fill: var(--bad); }
svg .limit { stroke: var(--ink); stroke-width: 2; }
svg .chance { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 2; }
svg .span { stroke: var(--ink); stroke-width: 3; } svg .point { fill: var(--ink); }
svg .rest { fill: var(--line); } td .facts { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.mark { white-space: nowrap; font-weight: 650; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em; }
.key.reference { background: var(--reference); } .key.current { background: var(--current); }
.legend { display: flex; gap: 1.2rem; flex-wrap: wrap; font-size: .86rem; color: var(--soft);
  margin: .2rem 0 .6rem; }
@media print { body { max-width: none; padding: 0; } .card { break-inside: avoid; } }
"""
