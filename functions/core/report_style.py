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
  border-top: 1px solid var(--line); overflow-wrap: break-word; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.mark { white-space: nowrap; font-weight: 650; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em; }
.key.reference { background: var(--reference); } .key.current { background: var(--current); }
.legend { display: flex; gap: 1.2rem; flex-wrap: wrap; font-size: .86rem; color: var(--soft);
  margin: .2rem 0 .6rem; }
.card, .scroll { overflow-x: auto; }
.alerts { list-style: none; margin: .6rem 0; padding: 0; }
.alerts li { margin: .25rem 0; overflow-wrap: anywhere; }
.tag { display: inline-block; min-width: 4.6rem; margin-right: .5rem; padding: 0 .45rem;
  border: 1.5px solid currentColor; border-radius: 4px; text-align: center; font-size: .8rem;
  font-weight: 650; }
.tag.page { color: var(--bad); } .tag.retrain { border-color: var(--current); }
.tag.note, .tag.held { color: var(--soft); }
.decision { font-size: 1.15rem; font-weight: 600; margin: .5rem 0; }
.fault { border-left: 4px solid var(--bad); margin-bottom: .7rem; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.pair > .card { flex: 3 1 40rem; min-width: 0; } .pair > .card + .card { flex: 1 1 15rem; }
details { margin: .6rem 0; } summary { cursor: pointer; }
svg .line { fill: none; stroke-width: 1.8; }
svg .line.reference { stroke: var(--reference); stroke-dasharray: 6 3; fill: none; }
svg .line.current { stroke: var(--current); fill: none; }
svg .band { fill: var(--reference); opacity: .16; }
svg .whisker { stroke: var(--reference); stroke-width: 4; opacity: .3; }
svg .frame { fill: none; stroke: var(--line); }
svg .version { stroke: var(--soft); stroke-dasharray: 1 3; }
svg .limit.gate { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 8 4; }
svg .limit.page { stroke: var(--bad); stroke-width: 1.5; }
svg .limit.retrain, svg .limit.note { stroke: var(--ink); stroke-width: 1.2; }
@media (max-width: 40rem) { body { padding: 1rem .75rem 2rem; }
  svg text { font-size: 15px; } svg text.small { font-size: 12.5px; }
  svg.wide { min-width: 44rem; } svg.wide text.small, svg.square text.small { font-size: 11px; }
  .scroll table { min-width: 38rem; } .pair > .card { flex-basis: 100%; }
  .grid { grid-template-columns: minmax(0, 1fr); } }
@media print { body { max-width: none; padding: 0; } .card { break-inside: avoid; } }
"""
