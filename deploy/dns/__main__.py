"""python -m deploy.dns ZONEFILE HOST PORT [UPDATED]

UPDATED is the file of the zone that KUPLOY_DKIM_ZONE names, for changes signed with
KUPLOY_DNS_UPDATE_KEY_NAME and _SECRET.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path

from deploy.dns.server import Server, serve
from deploy.dns.updates import Updates
from deploy.dns.zone import ZoneFile

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
file, host, port, *updated = sys.argv[1:]
files = [Path(file), *map(Path, updated)]
wanted = [f"KUPLOY_{name}" for name in ("DKIM_ZONE", "DNS_UPDATE_KEY_NAME", "DNS_UPDATE_SECRET")]
updates = Updates(files[1], *(os.environ[name] for name in wanted)) if updated else None
asyncio.run(serve(Server(ZoneFile(*files), updates), host, int(port)))
