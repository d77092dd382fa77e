#!/bin/sh
# The demonstration DNS. Its zone file lives in a volume, where edits stay.
set -eu
zone=/zone/demo.zone
[ -e "$zone" ] || cp deploy/dns/demo.zone "$zone"
# The name server is where this container is, and that may change from start to start.
sed -i "s/^ns  *A .*/ns      A     $(hostname -i)/" "$zone"
exec python -m deploy.dns "$zone" 0.0.0.0 53
