"""How gunicorn serves this project, wherever it is started: what a request may be at most, and for how long.

The command line adds where to listen and how many processes and threads; `backend.web_worker` says how long a client
may take. Whatever goes beyond is refused before Django sees it.
"""

import os

worker_class = "backend.web_worker.PunctualWorker"
# Longer than any address of ours: lists page by cursor, and no reference is longer than an id.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# A worker whose main loop stands still for so long is replaced; one request's time is bounded elsewhere.
timeout = 60
graceful_timeout = 30
keepalive = int(os.environ.get("WEB_KEEPALIVE", "5"))
# A header named twice in two spellings (X_Forwarded_For) must not reach Django as the one a proxy set.
header_map = "drop"
# Its own socket could be asked to reload or stop.
control_socket_disable = True
