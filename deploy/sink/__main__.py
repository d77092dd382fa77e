"""python -m deploy.sink FOLDER HOST PORT"""

import asyncio
import sys
from pathlib import Path

from deploy.sink.server import serve

folder, host, port = sys.argv[1:]
asyncio.run(serve(Path(folder), host, int(port)))
