#!/bin/sh
# tenure data import killed (-9) at many moments: the store is as before or complete, and usable.
# usage: test_store_kill.sh PROGRAM
set -u
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
n_failed=0
rows=20000

# coups VALUE: an event list of so many rows, all failed (1) or all succeeded (2)
coups()
{
    awk -v n=$rows -v value="$1" 'BEGIN {
        print "country,ccode,year,month,day,coup,version"
        for (i = 0; i < n; i++) print "Cuba,40," 1950 + i % 60 "," 1 + i % 12 "," 1 + i % 28 "," value ",V2019.04.22"
    }'
}

# state: number of rows and of successes in the store
state()
{
    "$program" data export coups --store store.db | awk -F, 'NR > 1 { n++; s += $8 } END { print n + 0, s + 0 }'
}

coups 1 > failed.csv
coups 2 > succeeded.csv
"$program" data import -q --store store.db failed.csv || exit 1
start=$(date +%s%N)
"$program" data import -q --store store.db succeeded.csv || exit 1
whole=$((($(date +%s%N) - start) / 1000)) # microseconds that an import takes
[ "$(state)" = "$rows $rows" ] || exit 1
n_before=0
n_complete=0
tries=${TENURE_KILLS:-24}
for k in $(seq 1 $tries); do
    "$program" data import -q --store store.db failed.csv || exit 1
    "$program" data import -q --store store.db succeeded.csv 2> /dev/null &
    child=$!
    sleep "$(awk -v us="$whole" -v k="$k" -v n=$tries 'BEGIN { printf "%.6f", 1.1 * us * k / n / 1e6 }')"
    kill -9 $child 2> /dev/null
    wait $child 2> /dev/null
    case $(state) in
    "$rows 0") n_before=$((n_before + 1)) ;;
    "$rows $rows") n_complete=$((n_complete + 1)) ;;
    *)
        n_failed=$((n_failed + 1))
        echo "FAILED: try $k: $(state), neither before nor complete"
        ;;
    esac
    "$program" data verify -q --store store.db || n_failed=$((n_failed + 1))
done
# the very first import killed: no store, or one that the next import completes
for k in $(seq 1 8); do
    rm -f new.db new.db-wal new.db-shm
    "$program" data import -q --store new.db failed.csv 2> /dev/null &
    child=$!
    sleep "$(awk -v us="$whole" -v k="$k" 'BEGIN { printf "%.6f", us * k / 9 / 1e6 }')"
    kill -9 $child 2> /dev/null
    wait $child 2> /dev/null
    "$program" data import -q --store new.db failed.csv || n_failed=$((n_failed + 1))
    "$program" data verify -q --store new.db || n_failed=$((n_failed + 1))
done
echo "killed $tries times: $n_before as before, $n_complete complete, $n_failed failed"
[ "$n_before" -gt 0 ] || { echo "FAILED: no kill came in time"; exit 1; }
[ "$n_failed" -eq 0 ]
