# What the tests of the program from outside share. After `set -u`: . "$(dirname "$0")/outside.sh", with the arguments
# PROGRAM SOURCE_ROOT of the test. No time, no network, no root assumed, nothing of the user's own: the working folder
# is new and goes away at the end; caches, stores and ledgers lie in it.
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
root=$(cd "$2" && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset NO_COLOR COLUMNS TENURE_ISA TENURE_STORE TENURE_NO_CACHE LC_ALL LC_CTYPE XDG_DATA_HOME
HOME=$folder XDG_CACHE_HOME=$folder/cache LANG=C TERM=xterm
export HOME XDG_CACHE_HOME LANG TERM
subcommand= # of the program, if a test is about one
n_failed=0
n_checks=0
: > out
: > err

fail()
{
    n_failed=$((n_failed + 1))
    echo "FAILED: $what: $*"
    sed 's/^/    out: /' out | head -n 5
    sed 's/^/    err: /' err | head -n 5
}

# run STATUS ARGUMENTS...: runs the program, keeps its streams in the files out and err
run()
{
    want=$1
    shift
    what="tenure $subcommand $*"
    n_checks=$((n_checks + 1))
    "$program" $subcommand "$@" > out 2> err < /dev/null
    status=$?
    [ "$status" -eq "$want" ] || fail "exit status $status, expected $want"
}

# has FILE TEXT...: the file holds these texts
has()
{
    file=$1
    shift
    for text; do grep -qF -e "$text" "$file" || fail "no '$text' in $file"; done
}

hasnt() { ! grep -qF -e "$2" "$1" || fail "'$2' in $1"; }
empty() { for file; do [ ! -s "$file" ] || fail "$file is not empty"; done; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }

# fixed NAME: a bundled case without calibration, which is tested elsewhere
fixed() { sed 's/^reference:.*/&\n  anchor: fixed/' "$root/cases/$1.yaml" > "$1.yaml"; }

# finish: the last command of a test
finish()
{
    echo "$n_checks runs, $n_failed failures"
    [ "$n_failed" -eq 0 ]
}
