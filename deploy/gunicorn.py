"""How gunicorn serves pages beside the rooms' sockets: gunicorn -c deploy/gunicorn.py config.wsgi

The environment changes what machines differ in: GUNICORN_BIND, WEB_CONCURRENCY (processes).
"""

import os

bind = os.environ.get("GUNICORN_BIND", "127.0.0.1:8000")

# A process computes on one core. Its threads wait: for the database, and for providers, who may
# take ten seconds for one person while others want pages. They share the pool of DATABASE_URL.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 2)
threads = 64
backlog = 2048  # a whole company that clicks at nine

# Stopping: no new requests, and those that run are finished. Longer than a provider may take.
graceful_timeout = 30
timeout = 60  # a process that has not lived for so long is replaced
keepalive = 5  # seconds that the proxy may use a connection again

# Django alone decides which proxies to believe (TRUSTED_PROXIES).
forwarded_allow_ips = ""

# Each process's sign of life: in memory, where no slow disk makes it look dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True
accesslog = None  # Parley logs requests itself, without the tokens in addresses (LOG_REQUESTS)
loglevel = "warning"
