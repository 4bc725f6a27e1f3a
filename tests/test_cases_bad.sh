#!/bin/sh
# Every broken case: the exact message on standard error, exit status 2, nothing on standard output.
# usage: test_cases_bad.sh PROGRAM SOURCE_ROOT
set -u
case $1 in /*) program=$1 ;; *) program=$PWD/$1 ;; esac
root=$(cd "$2" && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset TENURE_ISA
NO_COLOR=1
export NO_COLOR
n_failed=0
n_files=0

# check FILE EXPECTED: FILE is the text that must come out on standard error
check()
{
    n_files=$((n_files + 1))
    "$program" check "$1" > out 2> err < /dev/null
    status=$?
    if [ $status -ne 2 ] || [ -s out ] || ! cmp -s err "$2"; then
        n_failed=$((n_failed + 1))
        echo "FAILED: $1: exit status $status"
        diff "$2" err | head -n 10
    fi
}

# refuse FILE MESSAGE: the file as a whole is refused with this one line
refuse()
{
    echo "$1: error: $2" > want
    check "$1" want
}

cp "$root"/tests/cases_bad/*.yaml .
for file in *.yaml; do check "$file" "$root/tests/cases_bad/${file%.yaml}.expected"; done
[ $n_files -ge 60 ] || { echo "FAILED: only $n_files broken cases"; exit 1; }

# what is better made here than kept
refuse missing.yaml 'there is no such file'
refuse "$folder" 'this is a directory, expected a case file'
: > nothing.yaml
refuse nothing.yaml 'the file is empty, expected a case (tenure new writes one to start from)'
head -c 10000000 /dev/zero | tr '\0' '[' > brackets.yaml
refuse brackets.yaml 'the file is larger than 4 MiB, which no case needs'

head -c 4000000 brackets.yaml > deep.yaml
{
    echo 'deep.yaml:1:17: error: lists and mappings are nested more than 16 levels deep'
    printf '    1 | %s...\n' "$(head -c 120 brackets.yaml)"
    echo '      |                 ^'
} > want
check deep.yaml want

printf 'tenure: 1\ntitle: caf\351\n' > latin.yaml
{
    echo 'latin.yaml:2:11: error: byte 0xE9 is not valid UTF-8; save the file as UTF-8'
    echo '    2 | title: caf?'
    echo '      |           ^'
} > want
check latin.yaml want

printf '\377\376t\0' > wide.yaml
{
    echo 'wide.yaml:1:1: error: byte 0xFF is not valid UTF-8; save the file as UTF-8 (it looks like UTF-16)'
    echo '    1 | ??t?'
    echo '      | ^'
} > want
check wide.yaml want

printf 'tenure: 1\0\n' > nul.yaml
{
    echo 'nul.yaml:1:10: error: control character U+0000 is not allowed, remove it'
    echo '    1 | tenure: 1?'
    echo '      |          ^'
} > want
check nul.yaml want

printf 'tenure: 1\033[31m\n' > escape.yaml
{
    echo 'escape.yaml:1:10: error: control character U+001B is not allowed, remove it'
    echo '    1 | tenure: 1?[31m'
    echo '      |          ^'
} > want
check escape.yaml want

echo "$n_files broken cases, $n_failed failed"
[ $n_failed -eq 0 ]
