#!/bin/sh
# tenure compare from outside: what it says, in which form, and what it refuses.
set -u
. "$(dirname "$0")/outside.sh"
NO_COLOR=1 COLUMNS=80
export NO_COLOR COLUMNS

few='--worlds 1100 --quiet'
fixed kremlin-2022
fixed harare-2017
k=kremlin-2022.yaml
run 0 compare --help; has out 'tenure compare --every month'
run 0 compare $few --force defeat $k; has out 'if this happens for sure: defeat'; has out 'WHERE IT COMES FROM'; has out 'uprising'; has out 'WEEK BY WEEK'
run 0 compare $few --json --force defeat -j1 $k; cp out json; has json '"schema": "tenure-compare/1"'
run 0 compare $few --json --force defeat -j2 $k; same out json
run 0 compare $few --json --force defeat --no-cache -j2 $k; same out json
for isa in baseline avx2; do
    TENURE_ISA=$isa; export TENURE_ISA
    run 0 compare $few --json --force defeat -j2 $k; same out json
    unset TENURE_ISA
done
run 0 compare $few --set parameters.g_base=0.3 --keep-rates $k; has out 'keeps the rates'; has out 'parameters.g_base=0.3'
run 0 compare $few --drop-report m1 --drop-report m2 --csv --table sides $k; has out 'm1, m2'
run 0 compare $few --drop-origin budanov --csv $k; has out 'horizon,until,weeks,a,b,difference,std.error'
run 0 compare $few $k harare-2017.yaml; has out 'Robert Mugabe'; has out 'B until'
run 0 compare $few --as-of 2022-05-22 --horizons 13w $k; has out '2022-08-21'
run 0 compare $few --every month $k; has out '2022-02-28'; has out 'NEW REPORTS'
run 0 compare $few --every week --from 2022-05-10 --csv $k; [ "$(wc -l <out)" -eq 4 ] || fail 'not three dates'
run 0 compare $few --every quarter --table series.routes $k -o file; [ -s file ] || fail 'no file'
LC_ALL=C run 0 compare $few --force defeat $k; LC_ALL=C grep -q '[^ -~]' out && fail 'not ASCII'
[ "$(awk 'length($0) > 80' out | wc -l)" -eq 0 ] || fail 'wide lines'

run 0 compare --worlds 500 -q --force defeat $k; has out 'Too few worlds'; ! grep -qi 'nan' out || fail 'nan'

run 64 compare; has err 'no case given'
run 64 compare $k; has err 'nothing to compare with'
run 64 compare $k $k $k; has err 'needless word'
run 64 compare --every day $k; has err "'day' is not week, month or quarter"
run 64 compare --every week --force defeat $k; has err 'exclude each other'
run 64 compare --every week $k $k; has err 'goes with one case'
run 64 compare --from 2022-05-01 --force defeat $k; has err '--from goes with --every'
run 64 compare --every week --from 2022-05-32 $k; has err 'not a date'
run 64 compare --force defeat - ; has err "not '-'"
run 64 compare --routes cuop --force defeat $k; has err "did you mean 'coup'?"
run 64 compare --forse defeat $k; has err "did you mean '--force'?"
run 64 compare --worlds 0 --json --csv $k; has err 'whole number'; has err 'exclude each other'
run 64 compare $few --force defeat --table exits $k; has err 'expected one of: exit, views'
run 2 compare $few --force defeet $k; has err "unknown event 'defeet'"; [ ! -s out ] || fail 'output all the same'
run 2 compare $few --drop-origin budanof --drop-report m99 $k -o none; has err "did you mean 'budanov'?"; has err "'m99'"
[ ! -e none ] || fail 'a file is left'
run 2 compare $few --set leader.gard=0.1 $k; has err "did you mean 'guard'?"
run 2 compare $few $k missing.yaml; has err 'missing.yaml'
run 2 compare $few --force defeat $k -o no/such/place; has err 'no/such/place'
run 2 compare $few --every week --from 2030-01-01 $k; has err 'no date left'

if [ -f "$(dirname "$program")/tenure_mpi.so" ] && command -v mpirun >/dev/null; then
    # Open MPI itself loses memory at its end, which is not ours to report
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"; export ASAN_OPTIONS
    for n in 2 3; do
        what="mpirun -n $n tenure compare"; n_checks=$((n_checks + 1))
        mpirun --oversubscribe --allow-run-as-root -n $n "$program" compare $few --json --force defeat -j1 $k >out 2>err </dev/null ||
            fail "exit status $?"
        same out json
    done
    what='a mistake, two ranks'
    mpirun --oversubscribe --allow-run-as-root -n 2 "$program" compare $few --force defeet $k >out 2>err </dev/null && fail 'exit status 0'
    [ "$(grep -c "unknown event 'defeet'" err)" -eq 1 ] || fail 'not said once'
    run 0 compare $few --every month --csv $k; cp out series
    what='a series, two ranks'
    mpirun --oversubscribe --allow-run-as-root -n 2 "$program" compare $few --every month --csv -j1 $k >out 2>err </dev/null ||
        fail "exit status $?"
    same out series
else
    echo 'ranks: skipped'
fi
finish
