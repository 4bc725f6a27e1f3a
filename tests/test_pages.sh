#!/bin/sh
# Pages of HTML from outside, and in a browser if there is one (test_pages.mjs).
# usage: test_pages.sh PROGRAM SOURCE_ROOT     Exit status 77: nothing in a browser was tested.
set -u
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
root=$(cd "$2" && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
HOME=$folder XDG_CACHE_HOME=$folder/cache LANG=C
export HOME XDG_CACHE_HOME LANG
unset LC_ALL XDG_DATA_HOME TENURE_NO_CACHE
n_failed=0
fail()
{
    n_failed=$((n_failed + 1))
    echo "FAILED: $*"
    head -n 5 err
}
# run STATUS ARGUMENTS...
run()
{
    want=$1
    shift
    "$program" "$@" > out 2> err < /dev/null
    status=$?
    [ "$status" -eq "$want" ] || fail "tenure $*: exit status $status, expected $want"
}
fixed() { sed 's/^reference:.*/&\n  anchor: fixed/' "$1" > "$2"; }
fixed "$root/cases/kremlin-2022.yaml" kremlin.yaml
small='--worlds 4096 --quiet'
[ "${CHROMIUM:-}" != none ] || small='--worlds 1100 --quiet' # nobody will look at the pages

"$program" forecast $small --html k.html kremlin.yaml > out 2> err < /dev/null
status=$?
if [ "$status" -eq 2 ] && grep -q 'make pages' err; then
    [ ! -e k.html ] || fail 'a page without charts'
    [ ! -s out ] || fail 'a forecast before the mistake was told'
    run 0 forecast $small kremlin.yaml
    [ "$n_failed" -eq 0 ] || exit 1
    echo 'skipped: this build has no pages'
    exit 77
fi
[ "$status" -eq 0 ] || fail "no page: exit status $status"
grep -q 'Vladimir Putin' out || fail 'no table besides the page'
run 0 forecast $small --threads 1 --html k1.html kremlin.yaml
cmp -s k.html k1.html || fail 'pages differ between numbers of threads'
run 0 forecast $small --json kremlin.yaml && mv out k.json
run 64 forecast $small --html - kremlin.yaml
run 64 forecast $small --html same -o same kremlin.yaml
[ ! -e same ] || fail 'written after a mistake'
run 2 forecast $small --html no/such/folder.html kremlin.yaml
run 64 forecast $small --blocks 1/2 -o x.shard --html x.html kremlin.yaml
run 0 forecast $small --blocks 1/1 -o all.shard kremlin.yaml
run 0 merge all.shard --html m.html -q
sed 's/tenure merge/tenure forecast/g' m.html | cmp -s - k.html || fail 'the page of a merge differs'

other='--except death,incapacity --given defeat --horizons 26w,3y'
run 0 forecast $small $other --html other.html kremlin.yaml
run 0 forecast $small $other --json kremlin.yaml && mv out other.json
run 0 forecast $small --no-reports --html plain.html kremlin.yaml
run 0 forecast $small --no-reports --json kremlin.yaml && mv out plain.json

python3 "$root/tests/pages_cases.py" hostile > hostile.yaml && python3 "$root/tests/pages_cases.py" large > large.yaml
python3 "$root/tests/pages_cases.py" scores > scores.csv
run 0 forecast $small --html hostile.html hostile.yaml
run 0 forecast $small --json hostile.yaml && mv out hostile.json
run 0 forecast $small --html large.html large.yaml
run 0 forecast $small --json large.yaml && mv out large.json
run 0 score --data scores.csv --boot 100 --html score.html
run 0 score --data scores.csv --boot 100 --json && mv out score.json
run 0 compare $small --force defeat --html compare.html kremlin.yaml
run 0 compare $small --force defeat --json kremlin.yaml && mv out compare.json
run 0 compare $small --every month --html series.html kremlin.yaml
run 0 compare $small --every month --json kremlin.yaml && mv out series.json
run 0 explain $small --sobol 16 --html explain.html kremlin.yaml
run 0 explain $small --sobol 16 --json kremlin.yaml && mv out explain.json
run 0 explain $small --sobol 0 --html evil.html hostile.yaml
run 0 explain $small --sobol 0 --json hostile.yaml && mv out evil.json
traits='--no-store --as-of 2022-05-30 --regime personal --born 1952-10-07 --entered 2000-01-01'
run 0 base $traits --html base.html
run 0 base $traits --json && mv out base.json
data=${TENURE_SHARED:-/none}/data
if [ -f "$data/Archigos_4.1_stata14.dta" ]; then
    run 0 data import --store store.db "$data/Archigos_4.1_stata14.dta" "$data/leaderlist_3_21.csv" \
        "$data/regime_list.csv" "$data/electionlist_3_21.csv" "$data/powell_thyne_coups_2019.csv"
    history='backtest --store store.db --years 2008-2010 --boot 100 -q'
    run 0 $history --html backtest.html
    run 0 $history --json && mv out backtest.json
    run 0 base world --as-of 2010-01-01 --store store.db --html world.html
    run 0 base world --as-of 2010-01-01 --store store.db --json && mv out world.json
fi
[ "$(wc -c < large.html)" -lt 2000000 ] || fail 'the page of a large case is 2 MB or more'
echo "a large case: $(wc -c < large.html) bytes"

for page in *.html; do
    grep -q "default-src 'none'" "$page" || fail "$page: no policy"
    grep -q '<table' "$page" || fail "$page: no table to read without the script"
    # nothing that a browser would fetch
    grep -Eq '<(img|iframe|link|object|embed|form|base)[ >]' "$page" && fail "$page: an element that loads something"
done
grep -q 'onerror=' hostile.html || fail 'the hostile case is not hostile'

browser=${CHROMIUM:-chromium}
if ! command -v "$browser" > /dev/null 2>&1 || ! command -v node > /dev/null 2>&1; then
    echo 'skipped: no chromium or no node; nothing was looked at in a browser'
    [ "$n_failed" -eq 0 ] && exit 77
    exit 1
fi
node "$root/tests/test_pages.mjs" "$browser" . || n_failed=$((n_failed + 1))
[ "$n_failed" -eq 0 ]
