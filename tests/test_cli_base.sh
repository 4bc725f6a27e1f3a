#!/bin/sh
# tenure base and tenure backtest from outside: by traits without data; by name and on history with the shared data.
set -u
. "$(dirname "$0")/outside.sh"
NO_COLOR=1 COLUMNS=100
export NO_COLOR COLUMNS

traits='--regime personal --entered 2000-01-01 --born 1952-10-07 --as-of 2022-05-24'
run 0 base --help; has out "tenure base 'Vladimir Putin' --as-of 2022-05-24"
run 0 backtest --help; has out 'tenure backtest'
run 0 base $traits; has out 'LEADERS LIKE THIS ONE'; has out 'Median time left'; has out 'rates by the leader'
cp out first
run 0 base $traits; cmp -s out first || fail 'not the same bytes'
run 0 base $traits --json; has out '"schema": "tenure-base/1"'; has out '"command_line": "tenure base --regime personal'
python3 - out 2>/dev/null <<'EOF' || fail 'JSON does not add up'
import json, sys
t = json.load(open(sys.argv[1]))["tables"]
routes = ["death", "incapacity", "assassination", "coup", "uprising", "regular", "foreign"]
for row in t["exit"]["rows"]:
    assert abs(sum(row[r] for r in routes) - row["p"]) < 1e-12
assert [r["route"] for r in t["hazards"]["rows"]] == routes + ["any"]
EOF
run 0 base $traits --csv --table classes; has out 'class,spells,leader.years,exits,per.year'
run 0 base curve $traits --csv --horizons 52w; has out 'time,estimate,conf.low,conf.high,date'
run 0 base curve $traits; has out "0.50 " "+----" "Not shown: 50 steps"
run 0 base table; has out 'parliamentary'
run 0 base --implied 0.17 --within 6w; has out '1.62'
run 0 base --implied 0.17 --within 6w $traits; has out 'times.base.hazard'
run 0 base $traits --country Russia -o result; [ -s result ] || fail 'no result'
run 0 base $traits -q --horizons 13w,1y --level 0.5

run 64 base; has err 'no leader given'
run 64 base --entered 2022-13-01; has err "'2022-13-01' is not a date"
run 64 base $traits --regime personel; has err "did you mean 'personal'?"
run 64 base $traits Putin; has err 'exclude each other'
run 64 base --implied 0.17; has err '--implied and --within go together'
run 64 base --implied 1.5 --within 6w; has err 'not a number between 0 and 1'
run 64 base $traits --horizons 26w,13w; has err 'ascending list'
run 64 base $traits --json --csv; has err 'exclude each other'
run 64 base world --regime personal; has err 'traits belong to one leader'
run 64 base $traits --table nothing; has err 'expected one of: exit, hazards, classes, median'
run 64 base Putin --no-store; has err 'a name needs a store'
run 64 base one two; has err 'in quotes'
run 64 backtest --years 1990-1980; has err 'not a range'
run 64 backtest --route cuop; has err "did you mean 'coup'?"
run 64 backtest --months 61; has err 'from 1 to 60'
run 2 base Putin; has err 'tenure data import'
run 2 base world; has err 'no store at'
run 2 base world --store none.db; has err 'no store at none.db'
run 2 backtest --store none.db; has err 'no store at none.db'
run 2 backtest; [ ! -e data/tenure/store.db ] || fail 'a store was made'
run 2 base $traits --country Rusia; has err "did you mean 'Russia'?"
run 2 base --entered 1700-01-01 --as-of 2020-01-01; has err 'entered on 1700-01-01, more than 100 years before 2020-01-01'
run 2 base $traits --born 1790-01-01; has err 'born on 1790-01-01, more than 120 years before 2022-05-24'
run 2 base $traits --entered 2023-01-01; has err 'entered on 2023-01-01, after 2022-05-24'
echo '{"schema": 1}' >bad.json
run 2 base $traits --model bad.json; has err 'bad.json: schema: expected'
run 2 base $traits --model missing.json; has err 'missing.json'
run 2 base $traits -o /dev/full

data=${TENURE_SHARED:-}/data
if [ -r "$data/Archigos_4.1_stata14.dta" ]; then
    run 0 data import "$data/Archigos_4.1_stata14.dta" "$data/leaderlist_3_21.csv" "$data/regime_list.csv" \
        "$data/electionlist_3_21.csv" "$data/powell_thyne_coups_2019.csv"
    run 0 base 'Vladimir Putin' --as-of 2022-05-24; has out 'Putin, Russia'; has err 'the list of leaders ends on'
    run 0 base 'merkel' --as-of 2010-01-01; has out 'Germany'
    run 0 base curve 'Angela Merkel' --as-of 2010-01-01 --csv
    run 2 base 'Nobody Here' --as-of 2010-01-01; has err 'no such leader in office on 2010-01-01'
    run 0 base world --as-of 2012-01-01 --csv; has out 'country,leader,regime,entered,age,p.52w'
    [ "$(wc -l <out)" -gt 170 ] || fail 'too few leaders'
    run 0 base world --as-of 2012-01-01 --route coup --horizons 26w --json; has out '"p.26w"'
    run 0 base fit -o model.json; has out 'nothing'
    run 0 base $traits --model model.json
    run 0 base fit -o - ; has out '"schema": "tenure-base-model/2"'
    run 0 backtest --years 2005-2006 --boot 50; has out 'climatology'
    run 0 backtest --years 2005 --csv -q; has out 'origin,until,country,leader,spell,regime,outcome,base'
    run 0 backtest --years 2005 --route irregular --table compare --json; has out '"tenure-backtest/1"'
    if [ -f "$(dirname "$program")/tenure_mpi.so" ] && command -v mpirun >/dev/null; then
        run 0 backtest --years 2003-2005 --csv -q; cp out alone
        what='mpirun -n 2 tenure backtest'
        # Open MPI itself loses memory at its end, which is not ours to report
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" mpirun --oversubscribe --allow-run-as-root -n 2 "$program" backtest \
            --years 2003-2005 --csv -q -j1 >out 2>err </dev/null || fail "exit status $?"
        cmp -s out alone || fail 'not the same bytes'
    fi
    run 2 backtest --years 2050
else
    echo 'shared data: skipped'
fi
finish
