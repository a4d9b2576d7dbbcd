"""What the web server imports."""

import os

import django

from config.startup import leave_no_core, refuse_bad

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

leave_no_core()
refuse_bad()
django.setup(set_prefix=False)

from config.routes import Application  # noqa: E402  # the apps are there only now

application = Application()
