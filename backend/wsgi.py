"""The door that a WSGI server enters by."""

import gc
import os

from django.core.wsgi import get_wsgi_application

# Until all is loaded, as in manage.py.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings.base")

application = get_wsgi_application()
