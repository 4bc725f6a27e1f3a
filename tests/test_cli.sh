#!/bin/sh
# The program from outside: command, input, standard output, standard error, exit status.
# usage: test_cli.sh PROGRAM SOURCE_ROOT     No time, no network, no root assumed.
set -u
. "$(dirname "$0")/outside.sh"
cp -R "$root/cases" cases
small='--worlds 1024 --quiet'
case_file=cases/generic-autocracy.yaml
kremlin=cases/kremlin-2022.yaml
# the same case without calibration and with a near horizon: most checks need no more
quick=cases/quick.yaml
sed 's/^reference:.*/&\n  anchor: fixed/; s/^horizons:.*/horizons: [13w, 26w]/; s/2024-03-17/2022-10-17/' $kremlin > $quick

### Help and versions
run 0 --help; has out 'usage: tenure COMMAND' 'forecast' 'check' 'new'; empty err
cp out help-all
run 0 -h; same out help-all
run 0 help; same out help-all
run 64; has err 'usage: tenure COMMAND'; empty out
run 0 --version; has out 'tenure '; empty err
for command in forecast merge check new fit ledger score; do
    run 0 help $command; has out "usage: tenure $command"; empty err
    cp out help-$command
    head -n 1 out | grep -q "^  tenure $command " || fail 'no example first'
    run 0 $command --help; same out help-$command
    run 0 $command -h; same out help-$command
    # every option is in the manual page and in all completions
    for option in $(sed -n 's/^.* --\([a-z-]*\).*$/\1/p' help-$command | sort -u); do
        what="option --$option of $command"
        manual=$(echo "$option" | sed 's/-/\\\\*-/')
        grep -q "^\.It.* Fl -$manual" "$root/man/tenure-$command.1" || fail 'not in the manual page'
        grep -q -e "--$option" "$root/completions/tenure.bash" || fail 'not in completions/tenure.bash'
        grep -q -e "--$option" "$root/completions/_tenure" || fail 'not in completions/_tenure'
        grep -q -e "-l $option" "$root/completions/tenure.fish" || fail 'not in completions/tenure.fish'
    done
done

### Usage mistakes: each is named, all of them, nothing on standard output
run 64 forcast; has err "unknown command 'forcast' (did you mean 'forecast'?)"; empty out
run 64 help frobnicate; has err "unknown command 'frobnicate'"; empty out
run 64 --frobnicate; has err "unknown option '--frobnicate'"; empty out
run 64 forecast; has err 'no case given' 'usage: tenure forecast' "See 'tenure help forecast'."; empty out
run 64 forecast a.yaml b.yaml; has err '2 cases given, expected one'; empty out
run 64 forecast --wrlds 5 x; has err "unknown option '--wrlds' (did you mean '--worlds'?)"
run 64 forecast -x $case_file; has err "unknown option '-x'"
run 64 forecast $case_file --worlds; has err "option '--worlds' needs a value: N"
run 64 forecast --json=1 $case_file; has err "option '--json' takes no value"
for bad in 0 -1 1e5 10x '' ' 5' 0x10 1000000001 99999999999999999999; do
    run 64 forecast --worlds "$bad" $case_file
    has err "option '--worlds': '$bad' is not a whole number from 1 to 1000000000"; empty out
done
run 64 forecast --threads 0 $case_file; has err "option '--threads': '0' is not a whole number"
for bad in -1 18446744073709551616 1.5 abc; do
    run 64 forecast --seed "$bad" $case_file
    has err "option '--seed': '$bad' is not a whole number from 0 to 18446744073709551615"
done
run 64 forecast --routes cuop $case_file; has err "unknown route 'cuop'" "(did you mean 'coup'?)"
run 64 forecast --except death,,coup $case_file; has err "unknown route ''"
run 64 forecast --routes coup --except coup $case_file; has err 'no way out counts'
run 64 forecast --color blue $case_file; has err "'blue' is not auto, always or never"
run 64 forecast --json --csv $case_file; has err '--json and --csv exclude each other'
run 64 forecast --quiet --verbose $case_file; has err '--quiet and --verbose exclude each other'
run 64 forecast --worlds no --seed no --routes no --json --csv
[ "$(grep -c '^tenure forecast: ' err)" -eq 5 ] || fail 'not all five mistakes are named'
export TENURE_ISA=sse9
run 64 forecast $case_file; has err 'TENURE_ISA'
unset TENURE_ISA

### Mistakes in the input: status 2, nothing on standard output, no file
run 2 forecast missing.yaml; has err 'missing.yaml'; empty out
run 2 forecast -o result missing.yaml; [ ! -e result ] || fail 'a file is left'
run 2 forecast --set actors.nobody.power=9 $case_file; has err '--set'; empty out
run 2 forecast --as-of yesterday $case_file; empty out
run 2 forecast --horizons 5x $case_file; empty out
run 2 forecast $small --given frobnication $quick; has err "unknown event 'frobnication'"; empty out
run 2 forecast $small --force frobnication $quick; has err "unknown event 'frobnication'"; empty out
run 2 forecast $small --given mobilisaton $quick; has err "(did you mean 'mobilisation'?)"; empty out
run 2 forecast $small --force mobilisaton $quick; has err "(did you mean 'mobilisation'?)"; empty out
run 2 forecast $small --given economy $quick; has err "'economy' is a number"; empty out
run 2 forecast $small --set 'leader.life_table={"m69":1,"slope":0.3}' --set leader.elite_multiplier=10 \
    --set leader.born=1905-01-01 --as-of 2022-12-01 --no-reports $quick
has err 'in none of'; has err 'is the leader in office on 2022-12-01'; empty out
run 2 forecast $small -o no-such-folder/result $case_file; has err 'cannot write no-such-folder/result'
run 2 forecast $small -o cases $case_file; has err 'cannot write cases'

### The table
run 0 forecast --worlds 1024 --threads 1 $quick
has out 'BASE RATE' 'FORECAST' 'WHO FOLLOWS' 'claims attributed to' 'seed 1, 1024 worlds'
has out 'command: tenure forecast --worlds 1024 cases/quick.yaml'
grep -q '^tenure: 1024 worlds in [0-9.]* s (1 thread)$' err || fail 'no line about the run'
[ "$(wc -l < err)" -eq 1 ] || fail 'more than one line on standard error'
! grep -q 'standard errors at most' out || fail 'one block of worlds has no standard errors'
LC_ALL=C awk 'length > 80 { bad = 1 } END { exit bad }' out || fail 'a line is wider than 80'
cp out table
run 0 forecast --worlds 1024 --threads 2 --verbose --color=never $quick; same out table
has err 'tenure: calibration:'
run 0 forecast --worlds 1024 -qj2 -o file $quick; empty out err; same file table
COLUMNS=60; export COLUMNS
run 0 forecast $small $quick
LC_ALL=C awk 'length > 60 { bad = 1 } END { exit bad }' out || fail 'a line is wider than 60'
unset COLUMNS
escape=$(printf '\033')
run 0 forecast $small --color=always $quick; has out "$escape["
NO_COLOR=1; export NO_COLOR
run 0 forecast $small $quick; grep -q "$escape" out && fail 'colour in spite of NO_COLOR'
unset NO_COLOR
LANG=en_GB.UTF-8
run 0 forecast $small $quick; has out '±' '█'
LANG=C
run 0 forecast $small --no-reports $quick; has out 'Without reports'
grep -q 'WHAT THE REPORTS CHANGED' out && fail 'reports in spite of --no-reports'
run 0 forecast $small --except death,incapacity $quick; has out '* does not count as exit'
run 0 forecast $small --given defeat $quick; has out 'GIVEN defeat'
run 0 forecast $small --force mobilisation $quick; has out "the event 'mobilisation' is made to happen"
run 0 forecast $small --seed 18446744073709551615 $quick; has out 'seed 18446744073709551615'
run 0 forecast $small --set leader.guard=0.3 $quick; cp out guard
run 0 forecast $small $quick; cmp -s out guard && fail '--set changed nothing'
has out "Mortality is the case's own: 0.45 of the life table, where the fit finds 0.70."
sed '/elite_multiplier/d' $quick > cases/as-fitted.yaml
run 0 forecast $small cases/as-fitted.yaml; has out 'The fitted base rate'; hasnt out "Mortality is the case's own"

### JSON and CSV
run 0 forecast $small --json --threads 1 $kremlin
cp out calibrated
run 0 forecast $small --json --threads 2 $kremlin; same out calibrated
run 0 forecast $small --json --threads 1 $quick; has out '"schema": "tenure-forecast/1"'; empty err
cp out json
run 0 forecast $small --json --threads 2 $quick; same out json
run 0 forecast $small --json --threads 3 --output json-file $quick; empty out err; same json-file json
run 0 forecast $small --csv $quick; has out 'quantity,view,route,horizon,date,item,estimate,std.error'

### Instruction sets give the same bytes
for isa in baseline auto; do
    TENURE_ISA=$isa; export TENURE_ISA
    run 0 forecast $small --json $quick; same out json
done
unset TENURE_ISA

### A kept calibration gives the same bytes; a damaged one is made again; flag and variable leave the folder alone
rm -rf cache
calibrated="--horizons 13w --set actors=[{\"id\":\"a\",\"power\":1,\"candidate\":1},{\"id\":\"b\",\"power\":1},{\"id\":\"c\",\"power\":1}] $case_file"
run 0 forecast $small --json --no-cache $calibrated; cp out fresh
[ ! -e cache ] || fail '--no-cache wrote'
TENURE_NO_CACHE=1; export TENURE_NO_CACHE
run 0 forecast $small --json --routes coup $quick
unset TENURE_NO_CACHE
[ ! -e cache ] || fail 'TENURE_NO_CACHE wrote'
run 0 forecast $small --json $calibrated; same out fresh
kept=$(echo cache/tenure/calibration-*)
[ -f "$kept" ] || fail 'nothing was kept'
cp "$kept" good
run 0 forecast $small --json $calibrated; same out fresh
echo damage > "$kept"
run 0 forecast $small --json $calibrated; same out fresh; same "$kept" good
rm -rf cache
: > cache
run 0 forecast $small --json $calibrated; same out fresh; empty err
rm cache

### Standard input, files in their place, failures of output
what='case from standard input'
"$program" forecast $small --json - < $quick > out 2> err || fail 'exit status not 0'
has out '"command_line": "tenure forecast --worlds 1024 --json -"'
echo old > result
chmod 640 result
run 0 forecast $small -o result $quick; grep -qx old result && fail 'the old file is still there'
ls -l result | grep -q '^-rw-r-----' || fail 'permissions of the old file are lost'
ln -s result link
run 0 forecast $small --json -o link $quick; [ -h link ] || fail 'the link was replaced'
grep -q '"schema"' result || fail 'what the link points to was not written'
run 0 forecast $small -o /dev/null $quick; [ -c /dev/null ] || fail '/dev/null was replaced'
[ -z "$(find . -name '*.??????' -newer table ! -name '*.yaml')" ] || fail 'a temporary file is left'
if [ -c /dev/full ]; then
    for option in --json --csv --color=never; do
        what="full disk, $option"
        "$program" forecast $small $option $quick > /dev/full 2> err
        [ $? -eq 2 ] || fail 'exit status not 2'
        has err 'cannot write standard output'
    done
    run 2 forecast $small -o /dev/full $quick; has err 'cannot write /dev/full'
    what='help to a full disk'
    "$program" --help > /dev/full 2> err
    [ $? -eq 2 ] || fail 'exit status not 2'
fi

### Interruption: status 130, no file
what='interrupted run'
"$program" forecast --worlds 100000000 --quiet -o interrupted $quick > out 2> err &
child=$!
i=0
while [ $i -lt 30 ]; do # time for the program to begin
    "$program" --version > /dev/null
    i=$((i + 1))
done
kill -TERM $child
wait $child
status=$?
[ $status -eq 130 ] || fail "exit status $status, expected 130"
has err 'interrupted'
[ ! -e interrupted ] || fail 'a file is left'

# what tenure-fit(1) has R write: lung.csv, here with made-up rows
awk 'BEGIN { OFS = ","; print "inst,time,status,age,sex,ph.ecog"
    for (i = 1; i <= 60; i++) print 1, 5 + i * 37 % 400, 1 + (i % 4 > 0), 40 + i * 17 % 40, 1 + i % 2, i % 3 }' > lung.csv
### Every example in the manual pages and the README runs
XDG_DATA_HOME=$folder/data # not the user's own ledger
export XDG_DATA_HOME
printf 'question,forecaster,p,outcome\n1,a,0.3,1\n2,a,0.1,0\n' > forecasts.csv # of tenure-score(1)
# the calibration has its own checks above; here the bundled cases come without it, to save time
cp $quick $kremlin
mkdir -p tests/files
cp "$root"/tests/files/spells.csv "$root"/tests/files/coups.csv tests/files/
sed 's/^reference:.*/&\n  anchor: fixed/' "$root/$case_file" > $case_file
grep -q 'anchor: fixed' $case_file || { what=$case_file; fail 'the quick case was not made'; }
for page in "$root"/man/*.1 "$root"/README.md; do
    sed -n 's/^\(\$ \)*\(tenure [a-z-].*\)$/\2/p' "$page" | sed 's/ *#.*//' > examples
    [ -s examples ] || { what=$page; fail 'has no examples'; }
    while read -r example; do
        what=$example
        n_checks=$((n_checks + 1))
        example=$(echo "$example" | sed -E 's/^tenure (forecast|compare) /tenure \1 --worlds 1024 /')
        (
            tenure() { "$program" "$@"; }
            eval "$example"
        ) > out 2> err || grep -q 'make pages' err || fail 'an example failed' # a build may be without pages
    done < examples
    rm -f other-case.yaml my-case.yaml
done

finish
