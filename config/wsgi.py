"""What the web server imports."""

import os

import django
from django.utils.module_loading import import_string

from config.startup import leave_no_core, refuse_bad

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

leave_no_core()
refuse_bad()
django.setup(set_prefix=False)
application = import_string("config.routes.Application")()
