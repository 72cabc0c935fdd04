"""Nothing of the log stands in Django's admin: it names patients, and the admin does not know the gate of its rows."""

from auditlog import admin as auditlog_admin
from django.contrib import admin

# Importing that module registered it, whichever app the admin discovers first.
admin.site.unregister(auditlog_admin.LogEntry)
