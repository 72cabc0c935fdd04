"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
# However many short statements a request makes. Commands, tasks and migrations do not begin here: they may take longer.
os.environ.setdefault("DATABASE_TRANSACTION_TIMEOUT", "15s")
application = get_wsgi_application()
