"""Inputs for test_pages.sh: a case full of markup, the largest case a page must cope with, forecasts to score."""
import sys

HOSTILE = "</script><img src=x onerror=hacked=1><!--<script>hacked=2</script>&amp;\"'\u2028=1+1"


def q(text):
    """A YAML double-quoted scalar."""
    out = "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else f"\\u{ord(c):04x}" for c in text)
    return f'"{out}"'


def case(n_actors, n_reports, n_events, name):
    """A case with so many actors, reports, events; `name` gives every text for people."""
    lines = ["tenure: 1", "case: pages", f"title: {q(name('title'))}", "start: 2019-01-07", "as_of: 2020-01-06",
             "horizons: [13w, 26w, 52w, 104w, 5y]", "leader:", f"  name: {q(name('leader'))}", "  born: 1950-01-01",
             "  life_table: russia-male", "reference:", "  coup: 0.02", "  regular: 0.03", "  anchor: fixed", "actors:"]
    for i in range(n_actors):
        lines.append(f"  - {{id: a{i}, name: {q(name(f'actor {i}'))}, office: {q(name(f'office {i}'))}, group: g{i % 7}, power: {1 + i % 5}, "
                     f"force: {i % 3}, position: {(i % 9 - 4) / 5}, exposure: 0.3, rent: 0.5, candidate: {i % 2}, "
                     f"basis: judgement, note: {q(name('note'))}}}")
    lines.append("events:")
    for i in range(n_events):
        lines.append(f"  - {{id: e{i}, probability: 0.2, from: 2020-02-{1 + i % 28:02}, to: 2021-0{1 + i % 9}-01, "
                     f"effects: {{protest: 0.05}}, basis: judgement, note: {q(name('event'))}}}")
    lines.append("origins:")
    for i in range(20):
        lines.append(f"  - {{id: s{i}, name: {q(name(f'source {i}'))}, reliability: {'ABCDEF'[i % 6]}, interest: neutral, basis: judgement}}")
    lines.append("reports:")
    seen = ("dove_discontent", "hawk_discontent", "successor_talk", "plot_in_preparation", "mass_protest")
    for i in range(n_reports):
        lines.append(f"  - {{id: r{i}, origin: s{i % 10}, via: [s{10 + i % 5}, s{15 + i % 5}], date: 2019-12-{1 + i % 28:02}, credibility: 3, "
                     f"claim: {{observable: {seen[i % 5]}, is: {'true' if i % 2 else 'false'}}}, quote: {q(name(f'quote {i}'))}}}")
    return "\n".join(lines) + "\n"


def scores():
    yield "question,forecaster,p,outcome,class,subject"
    for i in range(60):
        p = 0.05 + 0.9 * (i * 37 % 60) / 60
        y = int((i * 29 % 60) / 60 < p)
        yield f"q{i},tenure,{p:.3f},{y},exit,L{i % 20}"
        yield f"q{i},<b>crowd</b>,{0.5 * p + 0.2:.3f},{y},exit,L{i % 20}"
        yield f"q{i},base rate,0.5,{y},exit,L{i % 20}"


what = sys.argv[1]
if what == "hostile":
    print(case(4, 8, 3, lambda text: f"{text} {HOSTILE}"), end="")
elif what == "large":
    print(case(63, 200, 40, lambda text: f"{text} with a name as long as names of offices tend to be"), end="")
else:
    print("\n".join(scores()))
