"""The door that a WSGI server enters by."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings.base")

# As in manage.py; on again here too, since what is loaded already is not loaded again.
gc.disable()
application = get_wsgi_application()
gc.enable()
