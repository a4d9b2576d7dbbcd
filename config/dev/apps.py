"""The app of what only a developer's or a demo's machine runs."""

from django.apps import AppConfig


class DevConfig(AppConfig):
    name = "config.dev"
    label = "dev"
