#!/bin/sh
# tenure fit from outside: every method end to end on a small file, every kind of mistake.
# usage: test_cli_fit.sh PROGRAM SOURCE_ROOT     No time, no network, no root assumed.
set -u
. "$(dirname "$0")/outside.sh"
cp "$root"/tests/files/spells.* "$root"/tests/files/new.csv . || exit 99
subcommand=fit

# header TEXT: the first line of the output, as CSV
header()
{
    [ "$(head -n 1 out | tr -d '\r')" = "$1" ] || fail "header $(head -n 1 out), expected $1"
}

both='surv(exit, cause) ~ age + sex'
coup='surv(entry, exit, cause == "coup") ~ age + sex'
data='--data spells.csv'

### Help
run 0 --help; has out 'usage: tenure fit' 'tenure-fit(1)'; empty err

### Usage mistakes: each is named, all of them, nothing on standard output
run 64; has err 'no method given' 'no formula given' 'no data given: --data FILE'; empty out
run 64 coxx "$coup" $data; has err "unknown method 'coxx'" "(did you mean 'cox'?)"; empty out
run 64 cox "$coup" "$both" $data; has err '2 formulas given, expected one'
run 64 cox --level 1 --ties no --interval no --ridge -1 --rho x --cuts 1,,2 --period 0 --boot 1 \
    --seed x --threads 0 --format doc --color blue --json --csv --models cox,spam
[ "$(grep -c '^tenure fit: ' err)" -eq 16 ] || fail 'not all sixteen mistakes are named'
has err "option '--level': '1' is not a number between 0 and 1" \
    "option '--ties': 'no', expected efron or breslow" \
    "option '--interval': 'no', expected plain, log or log-log" \
    "option '--ridge': '-1' is not a positive number" "option '--cuts': '' is not a number" \
    "option '--models': 'spam'" '--json and --csv exclude each other'
run 64 cox "$coup" --data - --newdata -; has err "only one of --data and --newdata can be '-'"
run 64 km "$both" $data --boot 5; has err "'--boot' does not belong to km"; empty out
run 64 cox "$coup" $data --risk '~ age'; has err "'--risk' does not belong to cox"; empty out
run 64 cox "$coup" --risk '~ age' --level 2; has err "'--risk' does not belong to cox"; has err 'no data given'; empty out
run 64 piecewise "$coup" $data --cuts 3,2; has err 'ascending'; empty out
run 64 compare "$coup" $data --models km; has err "'km' cannot be compared"
run 64 cox "$coup" $data --table trems
has err "no table 'trems' here, expected one of: terms" "(did you mean 'terms'?)"; empty out

### Mistakes in the input: status 2, nothing on standard output, no file
run 2 cox "$coup" --data missing.csv; has err 'missing.csv'; empty out
: > empty.csv
run 2 cox "$coup" --data empty.csv; has err 'empty.csv'; empty out
head -n 1 spells.csv > header.csv
run 2 cox "$coup" --data header.csv; empty out
[ -s err ] || fail 'no reason given'
run 2 cox 'surv(entry, exit, cause == "coup") ~ agee + sex' $data -o result
has err 'formula:1:38: error: ' "(did you mean 'age'?)" '^~~~'; empty out
[ ! -e result ] || fail 'a file is left'
run 2 cox 'surv(exit, cause ~ age' $data; has err 'formula:1:' '^'; empty out
run 2 cox "$both" $data --cause cuop; has err "unknown cause 'cuop'" "(did you mean 'coup'?)"; empty out
run 2 cox "$coup" $data -o no-such-folder/result; has err 'cannot write no-such-folder/result'

### Every method, in text, JSON and CSV
terms='term,estimate,std.error,statistic,p.value,conf.low,conf.high'
# try METHOD TABLES HEADER ARGUMENTS...
try()
{
    method=$1
    tables=$2
    first=$3
    shift 3
    run 0 "$method" "$@" --threads 1
    cp out text
    LC_ALL=C awk 'length > 80 { bad = 1 } END { exit bad }' out || fail 'a line is wider than 80'
    run 0 "$method" "$@" --threads 2; same out text
    run 0 "$method" "$@" --json --threads 1
    has out '"schema": "tenure-fit/1"' "\"method\": \"$method\"" '"status": "converged"'
    for table in $tables; do has out "\"$table\": {"; done
    cp out json
    run 0 "$method" "$@" --json --threads 2; same out json
    if [ "$has_python" -eq 1 ]; then
        python3 -c 'import json, sys
d = json.load(open("json"))
for t in d["tables"].values():
    for r in t["rows"]:
        assert list(r) == t["columns"], r' 2> err || fail 'JSON does not parse'
    fi
    run 0 "$method" "$@" --csv --quiet; header "$first"; empty err
    for table in $tables; do
        run 0 "$method" "$@" --csv --quiet --table "$table"
        [ "$(wc -l < out)" -gt 1 ] || fail 'no rows'
    done
}
has_python=0
python3 -c 'import json' 2> /dev/null && has_python=1

try km 'curve glance quantiles groups test' \
    'strata,time,n.risk,n.event,n.censor,estimate,std.error,conf.low,conf.high,cumhaz,std.chaz' \
    'surv(entry, exit, cause == "coup") ~ sex' $data
try km 'curve' 'time,n.risk,estimate,std.error,conf.low,conf.high,cumhaz,std.chaz' \
    'surv(exit, cause == "coup") ~ 1' $data --times 10,2,5 --interval log-log --level 0.9
try cif 'curve glance test' 'strata,state,time,n.risk,n.event,n.censor,estimate,std.error,conf.low,conf.high' \
    'surv(exit, cause) ~ sex' $data
try cox 'terms ratios glance zph baseline' "$terms" "$coup" $data
try cox 'terms ratios glance' "cause,$terms" "$both" $data --ties breslow --ridge 0.5
try cox 'terms residuals' \
    'term,estimate,std.error,robust.se,statistic,p.value,conf.low,conf.high' \
    'surv(entry, exit, cause == "coup") ~ age + sex + strata(region) + cluster(id)' $data --residuals
try cox 'terms predictions bootstrap' "$terms" "$coup" $data --newdata new.csv --times 5,10 \
    --boot 20 --seed 3
try finegray 'terms ratios glance baseline predictions' "$terms" "$both" $data --cause coup \
    --newdata new.csv
for method in exponential weibull lognormal loglogistic gompertz; do
    try $method 'terms glance predictions' "$terms" "$coup" $data --newdata new.csv
done
try piecewise 'terms glance' "$terms" "$coup" $data --cuts 3,8
try splitpop 'terms glance' "equation,$terms" 'surv(exit, cause == "coup") ~ age' $data \
    --risk '~ sex'
try splitpop 'terms' "equation,$terms" 'surv(exit, cause == "coup") ~ age' $data --loglogistic
try logit 'terms ratios glance' "cause,$terms" "$both" $data --period 2
try compare 'models' \
    'model,formula,n,nevent,df,logLik,AIC,BIC,delta.AIC,concordance,std.error.concordance,status' \
    "$coup" 'surv(entry, exit, cause == "coup") ~ age' $data --models cox,weibull

### The same data in every format (tests/files/spells.R made them): the same bytes
run 0 cox "$coup" $data --csv --quiet; cp out csv
formats=
for format in dta sav rds rda; do
    "$program" fit cox "$coup" --data spells.$format > out 2> err
    if grep -q 'unknown kind of file' err; then
        echo "skipped: no reader of $format"
    else
        formats="$formats $format"
    fi
done
for format in $formats; do
    run 0 cox "$coup" --data spells.$format --csv --quiet; same out csv
    cp spells.$format plain
    run 0 cox "$coup" --data plain --format $format --csv --quiet; same out csv
    head -c 200 spells.$format > plain
    run 2 cox "$coup" --data plain --format $format; has err 'plain'; empty out
done
case $formats in
*rda*)
    run 0 cox "$coup" --data spells.rda --object spells --csv --quiet; same out csv
    run 2 cox "$coup" --data spells.rda --object spell; has err 'spell'; empty out ;;
esac
run 2 cox "$coup" --data spells.R; has err 'spells.R: '; empty out
what='data from standard input'
"$program" fit cox "$coup" --data - --csv --quiet < spells.csv > out 2> err || fail 'exit status not 0'
same out csv

### Fits that cannot be relied on: written, warned of, status 2
awk 'BEGIN { print "time,status,x"; for (i = 1; i <= 40; i++) print i "," (i % 2) "," (i % 2) }' > separate.csv
run 2 cox 'surv(time, status) ~ x' --data separate.csv
has out 'status: separation' 'Warnings'; has err 'tenure fit: warning: separation' 'x'
run 2 cox 'surv(time, status) ~ x' --data separate.csv --json -o result --quiet
has result '"status": "separation'; has err 'warning: separation'; empty out
run 2 cox 'surv(time, status) ~ x + I(2 * x)' --data separate.csv; has out 'status: '
run 2 cox 'surv(time, status > 5) ~ x' --data separate.csv; has out 'status: no events'

### Where things are written
run 0 cox "$coup" $data --csv -o file; empty out; same file csv
has err 'tenure fit: note: 2 rows dropped: age is missing'
run 0 cox "$coup" $data --csv -o file --quiet; empty out err
run 0 cox "$coup" $data --table zph; has out 'GLOBAL'
grep -q 'Hazard ratios' out && fail 'more than one table'
run 0 cox "$coup" $data --json; has out '"command_line": "tenure fit --data spells.csv --json cox '
COLUMNS=60; export COLUMNS
run 0 cox "$coup" $data
LC_ALL=C awk 'length > 60 { bad = 1 } END { exit bad }' out || fail 'a line is wider than 60'
unset COLUMNS
escape=$(printf '\033')
run 0 cox "$coup" $data --color=always; has out "$escape["
run 0 cox "$coup" $data; grep -q "$escape" out && fail 'colour in a file'
LANG=en_GB.UTF-8
run 0 km 'surv(time, status) ~ 1' --data separate.csv; has out '⠉' '│'
LANG=C
if [ -c /dev/full ]; then
    for option in --json --csv --color=never; do
        what="full disk, $option"
        "$program" fit km 'surv(time, status) ~ 1' --data separate.csv $option > /dev/full 2> err
        [ $? -eq 2 ] || fail 'exit status not 2'
        has err 'cannot write standard output'
    done
fi

### Interruption: status 130, no file
what='interrupted fit'
mkfifo pipe
"$program" fit km 'surv(time, status) ~ 1' --data - -o interrupted < pipe > out 2> err &
child=$!
exec 3> pipe # the program has opened its end now, and waits for more
echo 'time,status' >&3
i=0
while [ $i -lt 30 ]; do # time for the program to begin
    "$program" --version > /dev/null
    i=$((i + 1))
done
kill -TERM $child
wait $child
status=$?
exec 3>&-
[ $status -eq 130 ] || fail "exit status $status, expected 130"
has err 'interrupted'
[ ! -e interrupted ] || fail 'a file is left'

finish
