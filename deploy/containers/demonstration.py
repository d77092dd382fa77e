"""manage.py seed_demo | python -m deploy.containers.demonstration ZONEFILE

Publishes the demonstration's zone and prints its sign-ins, for `docker compose logs migrate`.
"""

import json
import os
import sys
from pathlib import Path

from deploy.dns.publish import publish

seeded = json.load(sys.stdin)
publish(Path(sys.argv[1]), seeded["zone"])
print(f"\nKuploy runs at {os.environ['KUPLOY_BASE_URL']}\n")
for login in seeded["logins"]:
    print(f"  {login['role']:<14} {login['address']:<32} {login['password']}")
