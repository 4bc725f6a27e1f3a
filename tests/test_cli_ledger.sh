#!/bin/sh
# tenure ledger and tenure score from outside: a forecast from its JSON to its score, typed numbers,
# every kind of mistake, files that are no ledger.
# usage: test_cli_ledger.sh PROGRAM SOURCE_ROOT     No time, no network, no root assumed.
set -u
. "$(dirname "$0")/outside.sh"
HOME=$folder/home
fixed generic-autocracy
mv generic-autocracy.yaml case.yaml
"$program" forecast case.yaml --worlds 1024 --json -o f.json > out 2> err || exit 99

### From the forecast to the score; --recorded makes every byte the same again
on='--recorded 2020-01-07'
run 0 ledger add f.json $on; has out 'entries 1-'; empty err
[ -f home/.local/share/tenure/ledger.db ] || fail 'not in its usual place'
cp out first
run 0 ledger add f.json $on -l again.db; same out first
run 2 ledger add f.json $on; has err 'on record already, as entry'; empty out
run 0 ledger list --csv; has out 'leader:exit:2020-04-06,open' 'leader:successor:2025-01-06'
run 2 ledger resolve ledaer --date 2020-01-07 --in-office; has err "did you mean 'leader'?"
run 0 ledger resolve leader --date 2020-10-01 --route coup --successor army1 --source S --reason R \
    --recorded 2020-10-02
run 0 ledger list --status resolved --subject leader --csv
has out 'leader:exit:2020-07-06,resolved,no' 'leader:route:2021-01-04,resolved,coup' ',army1,'
run 0 ledger show leader:exit:2021-01-04; has out 'Question: Will Leader' 'tenure' 'base rate' 'coup'
run 0 ledger show leader:exit:2021-01-04 --csv --table resolutions; has out 'army1' ',S,R,'
run 0 score; has out 'Yes/no questions' 'Time of exit' 'too few to tell' 'base rate'
has err 'warning: tenure against base rate: too few to tell'
run 0 score --json -q; has out '"schema": "tenure-score/1"' '"compare"' '"crps.days"'; empty err
run 0 score --csv -q --threads 1; cp out scores
run 0 ledger export --csv -o numbers.csv; empty out err
for table in scores compare exit categories decomposition calibration; do
    run 0 score -q --csv --table $table --threads 1; cp out ledger-scores
    run 0 score -q --csv --table $table --data numbers.csv --threads 2; same out ledger-scores
done
run 0 ledger verify; has out 'the chain holds'; empty err
hash=$(cut -d' ' -f3 first | tr -d :)
run 0 ledger verify --head "$hash"
run 2 ledger verify --head "${hash}0"; has err 'cut off or written anew'

### Hashes by sha256sum, from the export alone, as docs/ledger.md says
run 0 ledger export; has out '"schema": "tenure-ledger/1"'
if python3 -c 'import json' 2> /dev/null; then
    what='hashes from outside'
    python3 - > err 2>&1 <<'P' || fail 'a hash differs'
import hashlib, json
last = "0" * 64
for e in json.load(open("out"))["entries"]:
    text = "\n".join(["tenure-ledger/1", str(e["entry"]), last, e["recorded"], e["kind"], e["target"], e["body"]])
    last = hashlib.sha256(text.encode()).hexdigest()
    assert last == e["hash"], e["entry"]
P
fi

### Typed by hand
t='-l typed.db --recorded 2026-02-01'
run 0 ledger add $t --question q --text 'Will it?' --rule R --class k --opens 2026-01-01 --closes 2026-12-31 \
    --p 0.07 --by Ann --date 2026-02-01 --json
has out '"questions": 1, "forecasts": 1'
run 0 ledger add $t --question q --p 0.2 --by 'the crowd' --source crowd --date 2026-02-01
run 0 ledger add $t --question q --p x=0.25 --p y=0.75 --by Ann --date 2026-01-15
run 0 ledger resolve q $t --recorded 2027-01-05 --date 2027-01-01 --outcome no
run 0 score -l typed.db --csv -q; has out 'Ann,(all),1,1,0' 'the crowd,(all),1,1,0'
run 0 ledger annul q -l typed.db --reason 'badly put' --recorded 2027-01-06
run 0 ledger list -l typed.db --status annulled --csv; has out 'q,annulled'

### Mistakes on the command line: all of them, nothing done
run 64 ledger; has err 'no verb given'; empty out
run 64 ledger lisst; has err "(did you mean 'list'?)"
run 64 ledger add; has err 'nothing to add'
run 64 ledger add --question q; has err 'neither --text'
run 64 ledger add --question q --text x --p 1.5 --date 2026-13-01 --route coup --json --csv
has err "'1.5' is not a probability" "'2026-13-01' is not a date" "'--route' does not belong to add" \
    "'--csv' does not belong to add" 'needs --closes' 'needs --by NAME' '--json and --csv'
run 64 ledger add f.json --p 0.5; has err 'belong to --question'
run 64 ledger resolve a b; has err '2 words given' 'resolve needs --date'
run 64 ledger annul q; has err 'annul needs --reason'
run 64 ledger verify x; has err "needless word 'x'"
run 64 ledger list --status shut; has err 'expected open, resolved or annulled'
run 64 score x --which last --level 2 --bins 0 --boot 1 --seed x --threads 0 --json --csv --data a -l b
[ "$(grep -c '^tenure score: ' err)" -eq 9 ] || fail 'not all nine mistakes are named'
empty out

### Files that are not what they should be
run 2 ledger list -l none.db; has err 'none.db'; empty out
[ ! -e none.db ] || fail 'a file was made'
run 2 ledger list -l f.json; has err 'not a SQLite database'
run 2 score -l f.json; has err 'not a SQLite database'
run 2 ledger add case.yaml -l new.db; has err 'case.yaml:1:' 'not JSON'
run 2 ledger add numbers.csv none.json -l new.db; has err 'numbers.csv:'
run 2 ledger add none.json -l new.db; has err 'none.json: No such file'
run 2 ledger add . -l new.db; has err 'cannot read .'
head -c 6000 home/.local/share/tenure/ledger.db > short.db
run 2 ledger verify -l short.db; has err 'short.db'
run 2 ledger add f.json -l no-folder/x.db; has err 'no-folder/x.db'
printf 'question,forecaster,p,outcome\n1,a,0.5,1\n2,a,1.5,0\n' > bad.csv
run 2 score -d bad.csv; has err 'bad.csv: row 2: p is not a probability'; empty out
printf 'question,forecaster,p,outcome\n1,a,0.5,maybe\n' > bad.csv
run 2 score -d bad.csv; has err 'row 1: outcome is not 1, 0'
printf 'question,forecaster,p\n1,a,0.5\n' > bad.csv
run 2 score -d bad.csv; has err "no column 'outcome'"
printf 'question,forecaster,p,outcome,category\n1,a,0.5,1,x\n1,a,0.4,0,y\n' > bad.csv
run 2 score -d bad.csv; has err 'add up to 0.9'
printf 'question,forecaster,p,outcome\n1,a,0.5,1\n' > one.csv
run 2 score -d one.csv --against b; has err "no forecaster 'b'"
run 64 score -d one.csv --table x; has err "no table 'x'"
if [ -c /dev/full ]; then
    what='full disk'
    "$program" score -d one.csv > /dev/full 2> err
    [ $? -eq 2 ] || fail 'exit status not 2'
    has err 'cannot write standard output'
fi

finish
