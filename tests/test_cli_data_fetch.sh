#!/bin/sh
# tenure data fetch from outside, against a small server on this machine: whole, broken, resumed, refused.
# usage: test_cli_data_fetch.sh PROGRAM SOURCE_ROOT PYTHON     PYTHON is none where there is none, or no libcurl
set -u
python=$3
server=
. "$(dirname "$0")/outside.sh"
trap 'kill $server 2>/dev/null; rm -rf "$folder"' EXIT
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY http_proxy

gone() { for file; do [ ! -e "$file" ] || fail "$file is there"; done; }
size() { [ "$(wc -c < "$1")" -eq "$2" ] || fail "$1 has $(wc -c < "$1") bytes, expected $2"; }

pt=powell_thyne_coups_final.txt
mkdir served d
awk 'BEGIN { for (i = 0; i < 2000; i++) printf "row %05d\n", i }' > served/$pt # 20000 bytes
echo 'not the data' > served/Archigos_4.1_stata14.dta

# no network is needed for these
run 0 --help; has out 'usage: tenure data fetch' '--mirror URL'
run 0 --list; has out 'archigos: Archigos 4.1' 'sha256' 'licence' 'https://www.uky.edu' 'cite'
run 0 --list cline; has out 'save it by hand' 'B2IDB-9651987'
grep -q archigos out && fail 'shows sets that were not named'
run 0 -n; has out "would be fetched: $folder/.local/share/tenure/data/" 'must be saved by hand'
run 64 archigo; has err "unknown data set 'archigo' (did you mean 'archigos'?)"
run 64 --from d --mirror https://example.org
run 64 -q -d d cline; has err 'no direct address' 'save it from https://doi.org'

# from a folder
run 0 -d a/b --from served powell-thyne
has out 'owner' 'terms' 'no checksum known' 'sha256'
same a/b/$pt served/$pt
run 0 -q -d a/b --from served powell-thyne; has out 'there already'
run 2 -q -d a/b --from served archigos
has err 'the checksum is' 'expected 3e3b4092' 'Archigos_4.1_stata14.dta.differs' 'import it by that path'
same a/b/Archigos_4.1_stata14.dta.differs served/Archigos_4.1_stata14.dta
gone a/b/Archigos_4.1_stata14.dta a/b/Archigos_4.1_stata14.dta.part
run 2 -q -d a/b --from served cline; has err 'no file cline_coup_project_2.1.2.csv or Coup data 2.1.2.csv in served'
mkdir other
cp served/$pt other/powell_thyne_coups_2019.csv
run 0 -q -d c --from other powell-thyne; same c/powell_thyne_coups_2019.csv served/$pt
run 0 -n -d c powell-thyne; has out 'there already: c/powell_thyne_coups_2019.csv'

if [ "$python" = none ]; then
    echo "no python3 or no libcurl: downloads not tested"
    [ $n_failed -eq 0 ]
    exit
fi
run 64 -q -d d --mirror http://example.org powell-thyne; has err 'only https is allowed'
run 64 -q -d d --mirror http://127.0.0.1@example.org powell-thyne; has err 'only https is allowed'
run 64 -q -d d --mirror http://127.0.0.1.example.org powell-thyne; has err 'only https is allowed'
run 64 -q -d d --mirror file:///etc powell-thyne; has err 'only https is allowed'
"$python" "$root/tests/http_server.py" served port log 2> server-err &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e port ] || sleep 0.3; done
at=http://127.0.0.1:$(cat port)
get() { # get STATUS MODE [OPTIONS]: one download by this mode of the server
    want=$1
    mode=$2
    shift 2
    : > log
    run "$want" -q -d d --mirror "$at/$mode" "$@" powell-thyne
}

get 0 ok; same d/$pt served/$pt; gone d/$pt.part d/$pt.part.tag
get 0 ok; has out 'there already'; [ ! -s log ] || fail 'asked the server again'
get 0 ok --force; has out "-> d/$pt"
rm d/$pt
get 0 hop; same d/$pt served/$pt; rm d/$pt
get 0 once; same d/$pt served/$pt; has log 'bytes=1000-'; gone d/$pt.part d/$pt.part.tag; rm d/$pt

# broken four times, resumed by later commands, whole at last
get 2 short; has err 'the same command goes on from there' '--from FOLDER'; size d/$pt.part 4000; gone d/$pt
get 2 short; has log 'bytes=4000-'; size d/$pt.part 8000
run 0 -n -d d powell-thyne; has out 'would be resumed'
get 0 ok; has log 'bytes=8000-'; same d/$pt served/$pt; gone d/$pt.part d/$pt.part.tag; rm d/$pt

# the file changed between: taken anew as a whole; without ranges likewise; without a tag likewise
get 2 short
tr a-z A-Z < served/$pt > new && mv new served/$pt
get 0 ok; same d/$pt served/$pt; rm d/$pt
get 2 short; get 0 plain; same d/$pt served/$pt; rm d/$pt
get 2 short; rm d/$pt.part.tag; get 0 ok; has log 'None None'; same d/$pt served/$pt; rm d/$pt
# a beginning longer than the file
get 2 short; cat served/$pt served/$pt > d/$pt.part
get 0 ok; has log 'bytes=40000-'; same d/$pt served/$pt; rm d/$pt

mv served/$pt kept
get 2 ok; has err '404 (not found)' 'check the network'; gone d/$pt d/$pt.part
mv kept served/$pt
get 2 ftp; has err 'redirected to ftp://127.0.0.1' 'only https is allowed'; gone d/$pt d/$pt.part
get 2 far; has err 'redirected to http://192.0.2.1' 'only https is allowed'
get 2 loop; has err 'too many redirections'
get 2 page; has err 'a web page came'; gone d/$pt d/$pt.part; rm d/$pt.differs
get 2 huge; has err 'larger than any version known'; gone d/$pt d/$pt.part d/$pt.part.tag
run 2 -q -d d --mirror "$at/ok" archigos; has err 'the checksum is'; gone d/Archigos_4.1_stata14.dta
run 2 -q -d d --mirror http://127.0.0.1:1 powell-thyne; has err 'check the network' 'use --from FOLDER'; gone d/$pt.part

# interrupted: the beginning stays
what='interrupted'
"$program" -q -d d --mirror "$at/slow" powell-thyne > out 2> err &
child=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ -s d/$pt.part ] || sleep 0.2; done
kill -INT $child
wait $child
status=$?
n_checks=$((n_checks + 1))
[ $status -eq 130 ] || fail "exit status $status, expected 130"
has err 'interrupted; 1000 bytes are kept'
size d/$pt.part 1000
get 0 ok; has log 'bytes=1000-'; same d/$pt served/$pt

if [ -n "${TENURE_SHARED:-}" ]; then # the real files have the checksums that the table says
    run 0 -q -d real --from "$TENURE_SHARED/data"
    [ "$(grep -c 'checksum right' out)" -eq 7 ] || fail 'not seven right checksums'
    cp "$TENURE_SHARED/data/regime_list.csv" served
    rm -f real/regime_list.csv
    : > log
    run 0 -q -d real --mirror "$at/once" reign-regimes; has out 'checksum right'; has log 'bytes=1000-'
fi
finish
