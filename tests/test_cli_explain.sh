#!/bin/sh
# tenure explain from outside: what it says, in which form, and what it refuses.
set -u
. "$(dirname "$0")/outside.sh"
NO_COLOR=1 COLUMNS=80
export NO_COLOR COLUMNS

few='--worlds 1100 --quiet --sobol 0'
fixed kremlin-2022
k=kremlin-2022.yaml
run 0 explain --help; has out 'tenure explain --table tripwires'
run 0 explain $few $k; has out 'WHAT TO WATCH'; has out '5 reports, 1 origin: counts once'; has out 'bits'; has out 'independent'
run 0 explain $few --json -j1 $k; cp out json; has json '"schema": "tenure-explain/1"'
run 0 explain $few --json -j2 $k; same out json
TENURE_ISA=baseline run 0 explain $few --json -j2 $k; same out json
run 0 explain --worlds 1100 --quiet --sobol 16 --json -j1 $k; cp out sobol; has sobol '"total.se"'
run 0 explain --worlds 1100 --quiet --sobol 16 --json -j2 $k; same out sobol
run 0 explain $few --csv $k; has out 'origin,reports,claims,log.odds'
run 0 explain $few --csv --table matrix $k; cp out table
run 0 explain $few --matrix matrix.csv -o text $k; same matrix.csv table; [ ! -s out ] || fail 'output besides the file'
[ "$(wc -l <matrix.csv)" -eq 9 ] || fail 'not eight claims'
run 0 explain $few --weeks 8 --table tripwires $k; has out 'within 8 weeks'
run 0 explain $few --as-of 2022-05-22 --set leader.guard=0.5 $k
fixed generic-autocracy
run 0 explain $few generic-autocracy.yaml; has out 'DRIVERS'
LC_ALL=C run 0 explain $few $k; LC_ALL=C grep -q '[^ -~]' out && fail 'not ASCII'
[ "$(awk 'length($0) > 80' out | wc -l)" -eq 0 ] || fail 'wide lines'

run 0 explain --worlds 500 --quiet --sobol 0 $k; has out 'too few worlds'; ! grep -qi 'nan[^a-z]' out || fail 'nan'

run 64 explain; has err 'no case given'
run 64 explain $k $k; has err 'needless word'
run 64 explain --sobol 2 $k; has err 'at least 16'
run 64 explain --weeks 0 $k; has err 'whole number from 1 to 52'
run 64 explain --json --csv $k; has err 'exclude each other'
run 64 explain --tabel x $k; has err "did you mean '--table'?"
run 64 explain $few --table origin $k; has err 'expected one of: origins'
run 2 explain $few missing.yaml; has err 'missing.yaml'
run 2 explain $few --set leader.gard=0.1 $k -o none; has err "did you mean 'guard'?"; [ ! -e none ] || fail 'a file is left'
run 2 explain $few --matrix no/such/place $k; has err 'no/such/place'; [ ! -s out ] || fail 'output before the mistake'
if [ -f "$(dirname "$program")/tenure_mpi.so" ] && command -v mpirun >/dev/null; then
    # Open MPI itself loses memory at its end, which is not ours to report
    ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"; export ASAN_OPTIONS
    for n in 2 3; do
        what="mpirun -n $n tenure explain"; n_checks=$((n_checks + 1))
        mpirun --oversubscribe --allow-run-as-root -n $n "$program" explain --worlds 1100 --quiet --sobol 16 --json -j1 $k \
            >out 2>err </dev/null || fail "exit status $?"
        same out sobol
    done
    what='a missing case, two ranks'
    mpirun --oversubscribe --allow-run-as-root -n 2 "$program" explain $few missing.yaml >out 2>err </dev/null && fail 'exit status 0'
    [ "$(grep -c 'there is no such file' err)" -eq 1 ] || fail 'not said once'
else
    echo 'ranks: skipped'
fi
finish
