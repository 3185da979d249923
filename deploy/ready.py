"""Whether the web server in this container serves pages: exit code 0 if it does.

python deploy/ready.py [port]
"""

import os
import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

PATIENCE = 7  # seconds


def main(port: int = 8000) -> int:
    # Asked from inside, under the name that people use: others are refused (ALLOWED_HOSTS).
    name = urlsplit(os.environ.get("SITE_URL", "")).hostname or "localhost"
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz", headers={"Host": name})
        answer = connection.getresponse()
        print(answer.read().decode())  # `docker inspect` shows it
    except (OSError, HTTPException) as error:
        print(error)
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
