"""Django's admin app, with our site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class GatedAdminConfig(AdminConfig):
    default_site = "centers.admin_site.GatedAdminSite"
