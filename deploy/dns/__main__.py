"""python -m deploy.dns ZONEFILE HOST PORT"""

import asyncio
import logging
import sys
from pathlib import Path

from deploy.dns.server import serve
from deploy.dns.zone import ZoneFile

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
file, host, port = sys.argv[1:]
asyncio.run(serve(ZoneFile(Path(file)), host, int(port)))
