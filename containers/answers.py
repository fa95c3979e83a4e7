#!/usr/bin/env python3
"""Exits with 0 if what runs in this container answers with 200, or with the status given: `answers 8000 /healthz`.

It asks as the proxy would, over TLS and by a name that the shop answers to: 127.0.0.1 need not be one.
"""

import http.client
import os
import sys

host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].lstrip(".").replace("*", "")
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=4)
connection.request("GET", sys.argv[2], headers={"Host": host or "localhost", "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != int([*sys.argv, "200"][3]))
