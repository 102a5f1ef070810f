from typing import Any

from django.conf import settings
from django.db import migrations

from ace_integrations.contrib.append_only import guards


def guard(apps: Any, schema_editor: Any) -> None:
    del apps
    # Django empties every table between tests that need real transactions, which a guarded one refuses.
    if getattr(settings, "ACE_LET_THE_AUDIT_TRAIL_BE_CHANGED", False):
        return
    for statement in guards(schema_editor.connection.vendor, "ace_audit"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ace", "0001_initial")]
    operations = [migrations.RunPython(guard, elidable=False)]
