#!/bin/sh
# Two writers at once, each killed with SIGKILL again and again: the chain verifies, and every entry
# that was acknowledged on standard output is there with its hash. The moments of the kills spread
# over the whole of a write, because a writer adds entries until it dies.
# 100 rounds are 200 kills, two writers in each.
# usage: test_ledger_kills.sh PROGRAM SOURCE_ROOT [KILLS]
set -u
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
kills=${3:-${TENURE_KILLS:-100}}
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
n_failed=0
fail() { n_failed=$((n_failed + 1)); echo "FAILED: $*"; }

"$program" ledger add -l l.db --question q --text 'Will it hold?' --closes 2030-01-01 \
    --opens 2026-01-01 --recorded 2026-01-01 > /dev/null || exit 1

# writer NAME ROUND: adds numbers until it is killed; exec keeps one process at a time to kill
cat > writer.sh <<'W'
i=0
while :; do
    i=$((i + 1))
    "$1" ledger add -l l.db --question q --p 0.5 --by "$2" --note "$3 $i" --date 2026-01-01 \
        --recorded 2026-01-02 >> "ack-$2" 2>> "err-$2"
done
W

k=0
while [ "$k" -lt "$kills" ]; do
    k=$((k + 1))
    setsid sh writer.sh "$program" a "$k" & a=$!
    setsid sh writer.sh "$program" b "$k" & b=$!
    # no clock: as long as some other runs of the program take, another number each time
    i=0
    while [ "$i" -lt $((1 + k * 7 % 11)) ]; do
        "$program" ledger list -l l.db > /dev/null || fail "kill $k: a reader was refused"
        i=$((i + 1))
    done
    kill -KILL -"$a" -"$b" 2> /dev/null
    kill -KILL "$a" "$b" 2> /dev/null # had it not got its own group yet
    wait "$a" "$b" 2> /dev/null
    "$program" ledger verify -l l.db > out 2> err || { fail "kill $k: the chain is broken"; cat out err; }
done

# an acknowledgement may be cut in the middle of its line, but then its entry need not be there
"$program" ledger export -l l.db > entries.json || fail 'no export'
for name in a b; do
    [ -s "err-$name" ] && { fail "writer $name complained:"; head -n 3 "err-$name"; }
    while read -r word number hash rest; do
        [ ${#hash} -eq 64 ] || continue
        grep -qF "\"hash\": \"$hash\"" entries.json || fail "$word $number of writer $name is lost"
    done < "ack-$name"
done
n_acknowledged=$(cat ack-a ack-b | wc -l)
n_entries=$(grep -c '"hash": ' entries.json)
[ "$n_acknowledged" -ge "$kills" ] || fail "only $n_acknowledged entries in $kills rounds: nothing was tested"
# a write may have been killed between its commit and its words: more entries than words, at most
# one for each kill of each writer
[ "$n_entries" -le $((n_acknowledged + 2 * kills + 1)) ] || fail "$n_entries entries, $n_acknowledged acknowledged"
[ "$n_entries" -ge $((n_acknowledged + 1)) ] || fail "$n_entries entries, $n_acknowledged acknowledged"
echo "$kills kills, $n_acknowledged acknowledged, $n_entries entries, $n_failed failures"
[ "$n_failed" -eq 0 ]
