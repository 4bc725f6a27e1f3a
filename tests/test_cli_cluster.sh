#!/bin/sh
# One forecast, the same bytes: threads, ranks, shards, checkpoints of runs killed at some moment; and what
# goes wrong on the way.     usage: test_cli_cluster.sh PROGRAM SOURCE_ROOT
set -u
. "$(dirname "$0")/outside.sh"
case_file=kremlin.yaml
full=calibrated.yaml
cp "$root/cases/kremlin-2022.yaml" $full
sed 's/^reference:.*/&\n  anchor: fixed/' $full > $case_file # the calibration costs time: twice is enough
# near horizon, no calibration: for many worlds
sed 's/^reference:.*/&\n  anchor: fixed/; s/^horizons:.*/horizons: [4w, 8w]/; s/2024-03-17/2022-07-17/' $full > quick.yaml

none_left() { [ -z "$(find . -name 'ck.*')" ] || fail 'a temporary file is left'; }

some='--worlds 4000 --quiet'
run 0 forecast --json $some -j1 $case_file; cp out json; empty err
run 0 forecast --csv $some -j2 $case_file; cp out csv
run 0 forecast $some -j2 $case_file; cp out table
run 0 forecast --json $some --given defeat --except death -j2 $case_file; cp out given

### Shards: any blocks, any order, overlapping; merged in three formats
run 0 forecast $some --blocks 1-1 -o a $case_file; empty out err
run 0 forecast $some --blocks 2-3 -j2 -o b $case_file
run 0 forecast $some --blocks=3-4 -o c.shard $case_file
run 0 merge -q --json c.shard a b; same out json; empty err
run 0 merge -q --csv a b c.shard; same out csv
run 0 merge -q a b c.shard; same out table
run 0 merge --json -o merged a b c.shard; same merged json; empty out; has err 'tenure: 4000 worlds from 3 files'
for part in 1 2 3 4; do
    run 0 forecast $some --given defeat --except death --blocks $part/4 -o part$part $case_file
done
mv $case_file elsewhere.yaml # the case is in the shards
run 0 merge -q --json part1 part2 part3 part4; same out given
mv elsewhere.yaml $case_file
run 0 forecast --json $some --no-reports $case_file; cp out no-reports
for part in 1 2; do run 0 forecast $some --no-reports --blocks $part/2 -o part$part $case_file; done
run 0 merge -q --json part1 part2; same out no-reports

### Beyond 131,072 worlds blocks stay together in groups
many='--worlds 140000 --quiet'
run 0 forecast --json $many quick.yaml; cp out many
run 64 forecast $many --blocks 1-69 -o x quick.yaml; has err 'stay together by 2, such as 1-70'; [ ! -e x ] || fail 'a file'
run 0 forecast $many --blocks 1-70 -o m1 quick.yaml
run 0 forecast $many --blocks 71-137 --checkpoint m.ck --checkpoint-every 0 -o m2 quick.yaml
run 0 merge -q --json m1 m2; same out many
run 64 forecast $many --blocks 1/70 -o x quick.yaml; has err 'split into 69 parts at most'

### Mistakes
run 64 forecast $some --blocks 1-2 $case_file; has err 'name its file with --output'; empty out
run 64 forecast $some --blocks 1-2 --json -o x $case_file; has err 'give --json or --csv to tenure merge'
for bad in 5 2-1 0-1 1-5 3/2 0/4 1-2x a/b - /; do
    run 64 forecast $some --blocks "$bad" -o x $case_file; [ ! -e x ] || fail 'a file is left'
done
run 64 merge; has err 'no shards given' 'usage: tenure merge'
run 64 merge --json --csv a
run 2 merge a b; has err 'blocks 4-4 of 1-4 are in none of the files'; empty out
run 2 merge a missing; has err 'there is no file missing'
run 2 merge $case_file; has err 'is not a shard or checkpoint of tenure'
run 2 merge a "$folder"; has err "cannot read $folder"
run 0 forecast $some --seed 2 --blocks 1-4 -o other $case_file
run 2 merge a other; has err 'other: it is of another forecast'
run 0 forecast $some --set leader.guard=0.31 --blocks 1-4 -o other $case_file
run 2 merge a other; has err 'other: it is of another forecast'
head -c 5000 b > cut; run 2 merge a cut; has err 'cut is damaged'
: > cut; run 2 merge cut; has err 'is not a shard'
run 2 merge -o /dev/full a b c.shard; has err 'cannot write /dev/full'
run 2 forecast $some --blocks 1-1 -o /dev/full $case_file; has err '/dev/full'
run 2 forecast $some --blocks 1-1 -o no-such/folder $case_file; has err 'cannot write no-such/folder'

### Checkpoints
run 0 forecast --json $some --checkpoint ck --checkpoint-every 0 $case_file; same out json; cp ck whole
run 0 forecast --csv $some --checkpoint ck $case_file; same out csv # another format is the same forecast
run 0 merge -q ck; has out 'seed 1, 4000 worlds'
cp whole ck
for option in '--seed 2' '--worlds 4001' '--set leader.guard=0.31' '--no-reports' '--given defeat' '--routes coup'; do
    run 2 forecast $some $option --checkpoint ck $case_file; has err 'checkpoint ck is of another forecast'; empty out
    same ck whole
done
head -c 20000 whole > ck; cp ck cut
run 2 forecast $some --checkpoint ck $case_file; has err 'ck is damaged'; same ck cut
echo 'my notes' > ck
run 2 forecast $some --checkpoint ck $case_file; has err 'not a shard or checkpoint'; [ "$(cat ck)" = 'my notes' ] || fail 'lost'
run 2 forecast $some --checkpoint no-such/folder $case_file; has err 'cannot write no-such/folder'; empty out
run 2 forecast $some --checkpoint . $case_file; empty out
run 64 forecast $some --checkpoint same -o same $case_file; has err 'the same file'
if [ -c /dev/full ]; then
    run 2 forecast $some --checkpoint /dev/full $case_file; empty out
    [ -c /dev/full ] || fail '/dev/full was replaced'
fi
# a disk that is full from some byte on: files may not grow beyond some 10 KiB
what='full disk'
rm -f ck
( trap '' XFSZ; ulimit -f 64; exec "$program" forecast $some --checkpoint ck --checkpoint-every 0 $case_file ) > out 2> err
[ $? -eq 2 ] || fail 'exit status not 2'
has err 'checkpoint: cannot write ck: File too large'; empty out; none_left
run 0 forecast --json $some --checkpoint ck $case_file; same out json # and what was kept is whole

# killed at some moment, several times, then finished; threads may change
what='killed and resumed'
rm -f ck
kills=0
for wait in 0.03 0.07 0.11 0.05 0.15; do
    "$program" forecast --json $some -j2 --checkpoint ck --checkpoint-every 0 $case_file > out 2> err &
    child=$!
    sleep $wait
    kill -9 $child 2> /dev/null && kills=$((kills + 1))
    wait $child 2> /dev/null
done
[ $kills -gt 0 ] || fail 'nothing was killed'
[ ! -e ck ] || run 0 forecast --json $some -j1 --checkpoint ck $case_file
[ ! -e ck ] || same out json
rm -f ck.* # a run killed while it writes leaves its temporary file
what='interrupted and resumed'
"$program" forecast --json --worlds 140000 -q --checkpoint i.ck --checkpoint-every 0 quick.yaml > out 2> err &
child=$!
i=0
while [ ! -s i.ck ] && [ $i -lt 100 ]; do sleep 0.02; i=$((i + 1)); done
kill -TERM $child 2> /dev/null
wait $child
status=$?
[ $status -eq 130 ] || [ $status -eq 0 ] || fail "exit status $status, expected 130"
run 0 forecast --json $many --checkpoint i.ck quick.yaml; same out many

### Ranks
[ -f "$(dirname "$program")/tenure_mpi.so" ] || no_mpi='built without MPI'
command -v mpirun > /dev/null || no_mpi='no mpirun'
if [ -n "${no_mpi:-}" ]; then
    echo "ranks: skipped, $no_mpi"
    what='one of several ranks without MPI'
    if [ "$no_mpi" = 'built without MPI' ]; then
        OMPI_COMM_WORLD_SIZE=2 "$program" forecast $some $case_file > out 2> err
        [ $? -eq 2 ] || fail 'exit status not 2'
        has err 'built without MPI'
    fi
else
    # Open MPI itself loses memory at its end, which is not ours to report
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
    export ASAN_OPTIONS
    TMPDIR=$folder # Open MPI keeps its sockets there: a short path
    export TMPDIR
    # ranks STATUS N ARGUMENTS...
    ranks()
    {
        want=$1
        n=$2
        shift 2
        what="mpirun -n $n tenure $*"
        n_checks=$((n_checks + 1))
        mpirun --oversubscribe --allow-run-as-root -n "$n" "$program" "$@" > out 2> err < /dev/null
        status=$?
        [ $status -eq "$want" ] || fail "exit status $status, expected $want"
    }
    run 0 forecast --json $some $full; cp out full
    ranks 0 2 forecast --json --no-cache $some -j2 $full; same out full
    for n in 1 2 3; do ranks 0 $n forecast --json $some -j1 $case_file; same out json; done
    ranks 0 6 forecast --json $some -j1 $case_file; same out json # more ranks than blocks
    run 0 forecast -q $some -j1 $case_file; cp out table
    TERM=xterm ranks 0 2 forecast -q $some -j1 $case_file; same out table # no colours for mpirun's own terminal
    ranks 0 2 forecast --json $many -j1 quick.yaml; same out many
    ranks 0 2 forecast --worlds 4000 -j1 $case_file; has err '(2 ranks, each 1 thread)'
    [ "$(grep -c '^tenure:' err)" -eq 1 ] || fail 'not only rank 0 speaks'
    ranks 0 2 forecast $some -j1 --blocks 1-2 -o r1 $case_file
    ranks 0 3 forecast $some -j1 --blocks 3-4 -o r2 $case_file
    run 0 merge -q --json r1 r2; same out json
    rm -f ck
    ranks 0 2 forecast --json $some -j1 --checkpoint ck --checkpoint-every 0 $case_file; same out json
    rm -f ck
    "$program" forecast $some --blocks 2-3 --checkpoint ck -o x $case_file # only two blocks are in it
    ranks 0 2 forecast --json $some -j1 --checkpoint ck $case_file; same out json
    ranks 2 2 forecast $some missing.yaml; [ "$(grep -c 'missing.yaml:.*error' err)" -eq 1 ] || fail 'not told once'
    ranks 64 2 forecast --wrlds 5; has err "did you mean '--worlds'?"
    ranks 0 2 forecast --help; [ "$(grep -c '^usage' out)" -eq 1 ] || fail 'not told once'
    what='case from standard input, two ranks'
    mpirun --oversubscribe --allow-run-as-root -n 2 "$program" forecast --json $some -j1 - < $case_file > out 2> err ||
        fail 'exit status not 0'
    grep -v command_line out > out2
    grep -v command_line json | cmp -s - out2 || fail 'differs'
    if command -v ps > /dev/null; then
        what='a killed rank'
        mpirun --oversubscribe --allow-run-as-root -n 2 "$program" forecast --worlds 100000000 -q -j1 -o killed $case_file \
            > out 2> err < /dev/null &
        starter=$!
        rank=
        i=0
        while [ -z "$rank" ] && [ $i -lt 100 ]; do
            sleep 0.1
            rank=$(ps -o pid= --ppid $starter | tail -n 1 | tr -d ' ')
            i=$((i + 1))
        done
        sleep 0.5
        kill -9 "${rank:-$starter}" # without a rank the check below fails, but nothing runs on
        wait $starter
        [ $? -ne 0 ] || fail 'exit status 0'
        grep -qi 'signal 9' err || fail 'mpirun does not say why'
        [ ! -e killed ] || fail 'a file is left'
    fi
fi

### Nothing else is started or loaded without mpirun
what='MPI is not loaded'
if [ -r /proc/self/maps ] && command -v ldd > /dev/null; then
    ldd "$program" > out 2>&1
    grep -q libmpi out && fail 'the program is linked with MPI'
fi

what='the end'
none_left
finish
