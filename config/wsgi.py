"""What the web server imports."""

import os

from django.core.wsgi import get_wsgi_application

from config.startup import refuse_bad

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

refuse_bad()
application = get_wsgi_application()
