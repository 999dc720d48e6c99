#!/bin/sh
# host-script: fetch
#
# Downloads one version of an agent from the documented bucket of ARMS, over HTTPS, and writes the
# SHA-256 of what came. Gets no secret and unpacks nothing: `install` does, if the digest is the one
# that all machines got.
set -eu
export LC_ALL=C
umask 022

agent='{{agent}}'     # java or go
region='{{region}}'   # whose bucket
version='{{version}}' # of the agent; for go its name in words, as the bucket has one
network='{{network}}' # internal-first, internal or public
dir='{{dir}}'         # where agents are installed

lock='/run/host-agents.lock'
PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/sbin:/sbin"

# What a package and its unpacked files need, in KiB.
space=307200

say() { printf '%s\n' "$*"; }
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }

# $2, the parameter $1, has only characters of the set $3: others could become a part of this script.
plain() { case $2 in '' | *[!$3]*) fail 13 "the parameter $1 is wrong" ;; esac; }

have() { command -v "$1" >/dev/null 2>&1; }
digest() { sha256sum "$1" | cut -c 1-64; }

plain region "$region" 'a-z0-9-'
plain version "$version" 'A-Za-z0-9._-'
plain dir "$dir" 'A-Za-z0-9._/-'
case $network in internal-first | internal | public) ;; *) fail 13 'the parameter network is wrong' ;; esac
case $dir in */../* | */..) fail 13 'the parameter dir is wrong' ;; /?*) ;; *) fail 13 'the parameter dir is no absolute path' ;; esac

case $agent in
java)
  path="$version/AliyunJavaAgent.zip"
  record="$dir/AliyunJavaAgent/.host-agent"
  have unzip || fail 14 'unzip is not installed, and the agent is a zip file'
  ;;
go)
  case $(uname -m) in
  x86_64 | amd64) path=instgo/instgo-linux-amd64 ;;
  aarch64 | arm64) path=instgo/instgo-linux-arm64 ;;
  *) fail 11 "there is no package for $(uname -m)" ;;
  esac
  record="$dir/instgo/.host-agent"
  ;;
*) fail 13 'the parameter agent is wrong' ;;
esac

# What is installed already needs no download.
if [ -f "$record" ] && grep -q -x -F "version=$version" "$record"; then
  say agent-present
  grep '^sha256=' "$record"
  exit 0
fi

stage="$dir/.host-agents"
package="$stage/$agent-$version"
part="$package.part"

have sha256sum || fail 14 'sha256sum is not installed'
have curl || have wget || fail 14 'neither curl nor wget is installed'

# The topmost folder that is not there yet: `uninstall` takes it away again.
missing=''
place=$dir
while [ ! -d "$place" ]; do missing=$place; place=${place%/*}; place=${place:-/}; done
free=$(df -Pk "$place" | { read -r _; read -r _ _ _ free _; say "$free"; })
[ "$free" -ge "$space" ] || fail 16 "only $((free / 1024)) MiB are free for $dir"

mkdir -p "$dir"
mkdir -p -m 700 "$stage"
[ -z "$missing" ] || say "$missing" >"$stage/made"
if have flock; then
  exec 9>"$lock"
  flock -w 60 9 || fail 18 'another run is at work on this machine'
fi

trap 'rm -f "$part"' EXIT
trap 'exit 143' HUP INT TERM

# No redirection is followed: the bucket itself answers, or nobody does.
get() {
  if have curl; then
    curl -q -sS -f --proto '=https' --connect-timeout 10 --max-time 300 --retry 2 -o "$part" "$1"
  else
    wget -q --max-redirect=0 --timeout=30 --tries=3 -O "$part" "$1"
  fi
}

# A page of an appliance on the way is not an agent.
is_whole() {
  [ -s "$1" ] || return 1
  case $agent in
  java) unzip -tqq "$1" >/dev/null 2>&1 ;;
  go) [ "$(head -c 4 "$1" | tail -c 3)" = ELF ] ;;
  esac
}

bucket="arms-apm-$region.oss-$region"
from=''
if is_whole "$package"; then
  from=stage
fi
if [ -z "$from" ] && [ "$network" != public ] && get "https://$bucket-internal.aliyuncs.com/$path"; then
  from=internal
fi
if [ -z "$from" ] && [ "$network" != internal ] && get "https://$bucket.aliyuncs.com/$path"; then
  from=public
fi
[ -n "$from" ] || fail 11 "cannot download $path from $bucket"
if [ "$from" != stage ]; then
  is_whole "$part" || fail 11 "what came from $bucket is not the agent, or not all of it"
  mv -f "$part" "$package"
fi

say "sha256=$(digest "$package")"
say "bytes=$(wc -c <"$package" | tr -d ' ')"
say "from=$from"
