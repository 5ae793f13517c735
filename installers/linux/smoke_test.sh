#!/usr/bin/env bash
# Tries a built package: smoke_test.sh PACKAGE.deb [scratch|system]
#   scratch (the default)  unpacks it into a temporary folder; changes nothing, needs no rights
#   system                 installs it with apt-get and removes it again; needs root
# Then: the facts of the demo fragment, a tiny training in the packaged worker process, and the window's first second.
set -euo pipefail
package=$(realpath "$1")
mode=${2:-scratch}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MUSEMATE_HOME=$work/home QT_QPA_PLATFORM=offscreen

dpkg-deb --field "$package" Package Version Architecture Depends
if [ "$mode" = system ]; then
  apt-get install -y -qq "$package"
  musemate=musemate
  lib=/usr/lib/musemate
else
  dpkg-deb --extract "$package" "$work/root"
  musemate=$work/root/usr/bin/musemate
  lib=$work/root/usr/lib/musemate
fi
demo=$(find "$lib" -name demo.flac | grep .)

echo "== musemate --help"
"$musemate" --help
echo "== musemate info"
"$musemate" info "$demo" --json | tee "$work/info.json"
grep -q 44100 "$work/info.json"

echo "== a tiny training in the packaged worker"
"$musemate" --check-worker import_audio "{\"project\": \"$work/P\", \"files\": [\"$demo\"], \"length_s\": 4}"
"$musemate" --check-worker train "{\"project\": \"$work/P\", \"fragment\": \"f1\", \"start_s\": 0, \"length_s\": 4,
  \"engine\": \"frames\", \"preset\": \"sketch\", \"device\": \"cpu\", \"seed\": 1, \"options\": {\"tiny\": true}}" |
  tee "$work/train.jsonl" | grep -v '"progress"'
grep -q '"end": "succeeded"' "$work/train.jsonl"

echo "== takes and export from the command line"
"$musemate" generate --project "$work/P" --count 1 --seconds 4 --json | tee "$work/take.json"
"$musemate" export --project "$work/P" t1 --to "$work/out" --json
find "$work/out" -name '*.wav' -size +100k | grep -q .

echo "== the window opens and stays"
status=0
timeout 15 "$musemate" || status=$?
[ "$status" -eq 124 ] # ended by timeout, not by a failure

if [ "$mode" = system ]; then
  apt-get remove -y -qq musemate
  [ ! -e "$lib" ] && [ ! -e /usr/bin/musemate ]
fi
echo "1 passed, 0 failed"
