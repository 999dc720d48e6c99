# Answers for the bucket: `net/internal` and `net/public` are what it has, by the name that was used.
for argument in "$@"; do url=$argument; done
file=''
head=no
while [ "$#" -gt 0 ]; do
  case $1 in
  -o) file=$2; shift ;;
  -I) head=yes ;;
  esac
  shift
done
case $url in
https://arms-apm-*.oss-*-internal.aliyuncs.com/*) from=internal ;;
https://arms-apm-*.oss-*.aliyuncs.com/*) from=public ;;
*) exit 6 ;;
esac
[ -e "$ROOT/net/$from" ] || exit 28
[ "$head" = no ] || exit 0
if [ -e "$ROOT/net/cut" ]; then
  /usr/bin/head -c 40 "$ROOT/net/$from" >"$file"
  exit 18
fi
exec /bin/cp "$ROOT/net/$from" "$file"
