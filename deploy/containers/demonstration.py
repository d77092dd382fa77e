"""manage.py seed_demo | python -m deploy.containers.demonstration ZONEFILE

Publishes the demonstration's zones and prints its sign-ins, for `docker compose logs migrate`.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from deploy import dns
from deploy.dns.publish import publish

zone_file = Path(sys.argv[1])
seeded = json.load(sys.stdin)
if not zone_file.exists():
    shutil.copyfile(Path(dns.__file__).with_name("demo.zone"), zone_file)
for zone in seeded["zones"]:
    publish(zone_file, zone)
print(f"\nKuploy runs at {os.environ['KUPLOY_BASE_URL']}\n")
for login in seeded["logins"]:
    print(f"  {login['role']:<14} {login['address']:<32} {login['password']}")
